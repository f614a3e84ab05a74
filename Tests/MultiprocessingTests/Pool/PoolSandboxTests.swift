import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Where a program may not ask the system everything.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolSandboxTests {
    @Test("POO-16: a pool is made and works where nobody may ask for the system's limits")
    func withoutLimits() async throws {
        let program = ChildProcess(options: .captured) {
            guard forbidAskingForLimits() else { return say("no filter") }
            var limit = rlimit()
            say("\(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)) \(errno == EPERM)")
            say("\(ProcessPool.usableProcessorCount >= 1)")
            let squares = try await withProcessPool { pool in
                try await pool.map(0..<5, chunkSize: 1) { number in
                    var limit = rlimit()
                    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) < 0 ? number : -1
                }
            }
            say("\(squares)")
        }
        let report = try await program.report()
        if report.output == ["no filter"] {
            return print("SKIPPED: this system takes no filter of system calls")
        }
        #expect(report.output == ["-1 true", "true", "[0, 1, 2, 3, 4]"], "\(report)")
        #expect(report.status == .exited(0))
    }
}

/// From now on the kernel refuses to tell this process, and those that it starts, limits and processors.
private func forbidAskingForLimits() -> Bool {
    #if arch(x86_64)
        let (seccomp, calls) = (317, [302, 97, 204])
    #else
        let (seccomp, calls) = (277, [261, 163, 123])
    #endif
    // Load the number; for each call that is refused, go to the last line; else to the last but one.
    var lines: [UInt64] = [0x20]
    for (index, call) in calls.enumerated() {
        lines.append(0x15 | UInt64(calls.count - index) << 16 | UInt64(call) << 32)
    }
    lines.append(0x06 | 0x7FFF_0000 << 32)
    lines.append(0x06 | UInt64(0x0005_0000 | UInt32(EPERM)) << 32)
    typealias Call = @convention(c) (Int, UInt, UInt, UnsafeRawPointer) -> Int
    typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    guard let call = dlsym(nil, "syscall"), let control = dlsym(nil, "prctl") else { return false }
    // No new privileges.
    _ = unsafeBitCast(control, to: Control.self)(38, 1, 0, 0, 0)
    return lines.withUnsafeBufferPointer { lines in
        let program = (UInt64(lines.count), UInt64(UInt(bitPattern: lines.baseAddress)))
        return withUnsafeBytes(of: program) { program in
            guard let place = program.baseAddress else { return false }
            // For all threads.
            return unsafeBitCast(call, to: Call.self)(seccomp, 1, 1, place) == 0
        }
    }
}
