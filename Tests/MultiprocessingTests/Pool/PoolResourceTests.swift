import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What happens when the system has no room.
@Suite(.timeLimit(.minutes(10)), .startsProcesses, .serialized) struct PoolResourceTests {
    /// In a process of its own, because the limit is one of the whole process.
    @Test(arguments: 0...40)
    func withoutDescriptorsAPoolWorksOrSaysSo(spare: Int) async throws {
        let child = ChildProcess(spare, context: ProcessContext(.spawn)) { spare in
            // The next number that is free tells how many are in use.
            let next = dup(STDIN_FILENO)
            close(next)
            var limit = rlimit(rlim_cur: rlim_t(Int(next) + spare), rlim_max: rlim_t(Int(next) + spare))
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            do {
                let pool = try ProcessPool(workers: 2)
                let sum = try await pool.map([1, 2, 3], chunkSize: 1) { $0 }.reduce(0, +)
                await pool.shutdown()
                exit(sum == 6 ? 0 : 3)
            } catch let error as MultiprocessingError {
                exit(error.code == .startFailed || error.code == .poolBroken ? 0 : 4)
            }
        }
        try await child.start()
        let status = try await child.join()
        if status == .signaled(SIGILL) {
            // Dispatch looks at its threads through /proc now and then and traps when it cannot open a file there.
            withKnownIssue("Dispatch does not survive the lack of descriptors") { Issue.record("\(status)") }
        } else {
            #expect(status == .exited(0), "\(status)")
        }
    }
}
