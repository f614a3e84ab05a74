import Glibc

extension Survey {
    /// Bytes of memory that the machine can give.
    public static var availableMemory: Int {
        guard let file = fopen("/proc/meminfo", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split(separator: " ")
            if words.first == "MemAvailable:", let count = Int(words[1]) { return count << 10 }
        }
        return 0
    }
}
