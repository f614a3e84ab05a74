import Glibc

/// How much memory a process has resident.
package enum ResidentMemory {
    /// Bytes; nil when the process is gone or may not be looked at.
    package static func of(process id: Int32) -> Int? {
        guard let text = TextFile.read("/proc/\(id)/statm") else { return nil }
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
