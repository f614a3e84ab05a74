public import Glibc

/// What a process can find out about itself.
public enum Survey {
    /// The numbers of the open descriptors, without the one that the look itself needs, in order.
    public static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = name(of: entry)
            if let number = Int32(name), number != dirfd(folder) { found.append(number) }
        }
        return found.sorted()
    }

    /// The name in a folder's entry, by its place: the entry ends with it, before the end of the type.
    public static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeMutablePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
    }

    /// The open descriptors as text.
    public static func descriptors() -> String {
        openDescriptors().map(String.init).joined(separator: " ")
    }

    /// What a descriptor stands for, as a path.
    public static func target(of descriptor: Int32) -> String {
        link("/proc/self/fd/\(descriptor)")
    }

    /// The current working directory.
    public static func workingDirectory() -> String { link("/proc/self/cwd") }

    /// How many threads this process has.
    public static func threadCount() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }

    /// The children of this process, zombies among them, whichever thread started them.
    public static func children() -> [Int32] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let thread = name(of: entry)
            let file = open("/proc/self/task/\(thread)/children", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            defer { close(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(file, &bytes, bytes.count)
            found += String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
                .compactMap { Int32($0) }
        }
        return found
    }

    /// The environment that a program started from here sees, as `env` prints it.
    public static func environmentOfAProgram() -> String {
        guard let pipe = popen("env", "r") else { return "" }
        defer { pclose(pipe) }
        var text: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// What this process and its children are doing: threads and where they wait, children, descriptors.
    public static func report() -> String {
        var lines: [String] = []
        for process in [getpid()] + children() {
            lines.append("process \(process):")
            for thread in numbers(in: "/proc/\(process)/task") {
                let place = "/proc/\(process)/task/\(thread)/"
                lines.append("  thread \(thread) \(text(place + "comm")) waits in \(text(place + "wchan"))")
            }
            for descriptor in numbers(in: "/proc/\(process)/fd") {
                lines.append("  descriptor \(descriptor) -> \(link("/proc/\(process)/fd/\(descriptor)"))")
            }
        }
        return lines.joined(separator: "\n")
    }

    static func numbers(in folder: String) -> [Int32] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [Int32] = []
        while let entry = readdir(stream) {
            let name = name(of: entry)
            if let number = Int32(name) { found.append(number) }
        }
        return found.sorted()
    }

    /// The first line of a short file; a dash when there is none.
    public static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "-" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
    }

    /// Where a link leads; empty when it is none.
    public static func link(_ path: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { raw in
            let buffer = raw.assumingMemoryBound(to: CChar.self)
            guard let base = buffer.baseAddress else { return 0 }
            return readlink(path, base, buffer.count)
        }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
