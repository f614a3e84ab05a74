import Glibc
import TestSupport

/// What a process can do to another one of its user, tried for real.
enum Intrusion: String, CaseIterable {
    /// Open its memory.
    case memory
    /// Read its environment.
    case environment
    /// See what files it has open.
    case files
    /// Attach to it as a debugger does.
    case attach

    /// Those that succeed against a process.
    static func successes(against pid: Int32) -> [String] {
        allCases.filter { $0.succeeds(pid) }.map(\.rawValue)
    }

    private func succeeds(_ pid: Int32) -> Bool {
        switch self {
        case .memory: Self.opens("/proc/\(pid)/mem", O_RDWR)
        case .environment: Self.opens("/proc/\(pid)/environ", O_RDONLY)
        case .files: Self.opens("/proc/\(pid)/fd", O_RDONLY | O_DIRECTORY)
        case .attach: Self.attaches(pid)
        }
    }

    private static func opens(_ path: String, _ flags: Int32) -> Bool {
        let file = open(path, flags | O_CLOEXEC)
        if file >= 0 { close(file) }
        return file >= 0
    }

    /// Attaches and lets go again, with the process stopped in between.
    private static func attaches(_ pid: Int32) -> Bool {
        // Swift does not import a function of a changing number of arguments; these are words all the same.
        typealias Trace = @convention(c) (Int, Int, Int, Int) -> Int
        let (attach, detach) = (16, 17)
        guard let address = dlsym(nil, "ptrace") else { return false }
        let trace = unsafeBitCast(address, to: Trace.self)
        guard trace(attach, Int(pid), 0, 0) == 0 else { return false }
        waitpid(pid, nil, Int32(bitPattern: UInt32(__WALL)))
        _ = trace(detach, Int(pid), 0, 0)
        return true
    }

    /// The process that started another one, which everybody may know.
    static func parent(of pid: Int32) -> Int32? {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [CChar](repeating: 0, count: 512)
        guard fgets(&bytes, 512, file) != nil else { return nil }
        let line = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Behind the name: the state, and the parent.
        return line.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
    }
}
