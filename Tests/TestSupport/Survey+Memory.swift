import Glibc

extension Survey {
    /// Bytes of memory that the machine can give.
    public static var availableMemory: Int { bytes("MemAvailable:", in: "/proc/meminfo") }

    /// The most that this program has had in memory, in bytes.
    ///
    /// What `getrusage` says counts what the process had before it became this program, which may be its parent's.
    public static var peakMemory: Int { bytes("VmHWM:", in: "/proc/self/status") }

    private static func bytes(_ name: String, in path: String) -> Int {
        guard let file = fopen(path, "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0.isWhitespace }
            if words.count > 1, words[0] == name, let count = Int(words[1]) { return count << 10 }
        }
        return 0
    }
}
