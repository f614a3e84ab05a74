import Glibc
import Multiprocessing

/// A child's number that belongs to another process after its end; in a pid namespace of its own.
enum NumberReuse {
    static func run(_ context: ProcessContext) async throws {
        for _ in 0..<20 {
            let child = ChildProcess(context: context) {}
            try await child.start()
            guard let pid = child.pid else { exit(2) }
            try await child.join()
            guard let stranger = startStranger(as: pid) else { exit(77) }
            try child.kill()
            try child.terminate()
            try child.interrupt()
            guard !child.isAlive, child.exitCode == 0, try await child.join() == .exited(0) else { exit(3) }
            // The signals, if there were any, come before this one does.
            guard kill(stranger, 0) == 0, isRunning(stranger) else { exit(4) }
            kill(stranger, SIGKILL)
            waitpid(stranger, nil, 0)
        }
        say("20 strangers were left alone")
    }

    /// A process with this number; nil when the system does not let us choose.
    private static func startStranger(as pid: Int32) -> Int32? {
        for _ in 0..<100 {
            let file = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return nil }
            let text = "\(pid - 1)"
            let count = text.withCString { write(file, $0, strlen($0)) }
            close(file)
            guard count > 0 else { return nil }
            var found: pid_t = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
            defer { for case let argument? in arguments { free(argument) } }
            guard posix_spawn(&found, "/bin/sleep", nil, nil, &arguments, environ) == 0 else { return nil }
            if found == pid { return found }
            // A thread of somebody's took the number first.
            kill(found, SIGKILL)
            waitpid(found, nil, 0)
        }
        return nil
    }

    private static func isRunning(_ pid: Int32) -> Bool {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
        defer { fclose(file) }
        var bytes = [CChar](repeating: 0, count: 256)
        guard fgets(&bytes, 256, file) != nil else { return false }
        let line = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let state = line.split(separator: ")").last?.split(separator: " ").first
        return state != "Z" && state != "X"
    }
}
