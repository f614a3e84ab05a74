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
            recordDispatchTrap(status)
        } else {
            #expect(status == .exited(0), "\(status)")
        }
    }

    @Test("FRS-04: a worker that cannot be started is no matter while there are others, and comes later")
    func theOthersGoOn() async throws {
        let folder = "/tmp/mp-folder-\(getpid())-\(UInt64.random(in: 0...(.max)))"
        mkdir(folder, 0o700)
        defer { rmdir(folder) }
        var configuration = ProcessPool.Configuration()
        configuration.startOptions.workingDirectory = folder
        try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
            try await pool.warmUp()
            rmdir(folder)
            kill(pool.workerStatuses[0].processID, SIGKILL)
            while pool.metrics.workerEnds[.died] != 1 { await Task.yield() }
            // What the worker was given that cannot come runs on the other one.
            let pids = try await pool.map(0..<200, chunkSize: 1) { _ in getpid() }
            #expect(Set(pids).count == 1)
            mkdir(folder, 0o700)
            while pool.metrics.workerStarts < 3 { try await Task.sleep(for: .milliseconds(10)) }
            try await pool.warmUp()
            #expect(pool.workerStatuses.count == 2)
            // Without any worker the reason comes out.
            rmdir(folder)
            let job = try pool.applyAsync { while true { usleep(1000) } }
            for worker in pool.workerStatuses { kill(worker.processID, SIGKILL) }
            let error = await #expect(throws: (any Error).self) { try await job.value }
            #expect(error is WorkerDiedError || (error as? MultiprocessingError)?.code == .startFailed)
            let reason = await #expect(throws: MultiprocessingError.self) {
                while true { _ = try await pool.apply { 1 } }
            }
            #expect(reason?.code == .startFailed)
        }
    }
}
