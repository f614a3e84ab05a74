import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Whether a process exists, not counting one that nobody has reaped.
func processExists(_ pid: Int32) -> Bool {
    kill(pid, 0) == 0
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolLifetimeTests {
    @Test func aScopeLeavesNoProcessBehind() async throws {
        let workers = try await withProcessPool(workers: 2) { pool async throws in
            Set(try await pool.map(0..<40, chunkSize: 1) { _ in getpid() })
        }
        for worker in workers { #expect(!processExists(worker)) }
    }

    @Test func aScopesNormalEndFinishesAcceptedWork() async throws {
        var jobs: [AsyncResult<Int>] = []
        try await withProcessPool(workers: 2) { pool async throws in
            for number in 0..<50 { jobs.append(try pool.applyAsync(number) { $0 + 1 }) }
        }
        for (number, job) in jobs.enumerated() {
            #expect(job.isReady)
            #expect(try await job.value == number + 1)
        }
    }

    @Test func aThrownErrorTerminatesTheScope() async throws {
        var worker: Int32 = 0
        var stuck: AsyncResult<Int>?
        await #expect(throws: Plain.self) {
            try await withProcessPool(workers: 1) { pool async throws in
                worker = try await pool.apply { getpid() }
                stuck = try pool.applyAsync { () -> Int in while true { pause() } }
                throw Plain(text: "enough")
            }
        }
        #expect(!processExists(worker))
        let error = await #expect(throws: (any Error).self) { try await stuck?.value }
        #expect(error is MultiprocessingError || error is WorkerDiedError)
    }

    @Test func cancellingTheScopesTaskTerminatesIt() async throws {
        let (started, feed) = AsyncStream.makeStream(of: Int32.self)
        let task = Task {
            try await withProcessPool(workers: 1) { pool async throws in
                feed.yield(try await pool.apply { getpid() })
                try await pool.apply { while true { pause() } }
            }
        }
        var worker: Int32 = 0
        for await pid in started {
            worker = pid
            break
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!processExists(worker))
    }

    @Test func afterItsScopeAPoolRefusesWork() async throws {
        let pool = try await withProcessPool(workers: 1) { $0 }
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.apply { 1 } }
        #expect(error?.code == .poolClosed)
        #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
        let streamed = await #expect(throws: MultiprocessingError.self) {
            for try await _ in pool.imap([1], { $0 }) {}
        }
        #expect(streamed?.code == .poolClosed)
    }

    @Test func closeAndJoinFinishAcceptedWork() async throws {
        let pool = try ProcessPool(workers: 2)
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.join() }
        #expect(error?.code == .invalidArgument)
        let jobs = try (0..<10).map { try pool.applyAsync($0) { $0 } }
        pool.close()
        pool.close()
        try await pool.join()
        try await pool.join()
        for (number, job) in jobs.enumerated() { #expect(try await job.value == number) }
    }

    @Test func terminateEndsStuckWorkersAtOnce() async throws {
        let pool = try ProcessPool(workers: 2)
        let jobs = try (0..<100).map { _ in try pool.applyAsync { () -> Int in while true { pause() } } }
        pool.terminate()
        try await pool.join()
        for job in jobs {
            let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
            #expect(error?.code == .poolTerminated)
        }
    }

    @Test func aDroppedPoolEnds() async throws {
        var pool: ProcessPool? = try ProcessPool(workers: 1)
        let worker = try await pool?.apply { getpid() }
        pool = nil
        let pid = try #require(worker)
        // The worker is reaped by its starter, so its number goes away.
        while processExists(pid) { await Task.yield() }
    }

    @Test func aCancelledCallEndsAtOnceAndItsWorkerSeesIt() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let worker = try await pool.apply { getpid() }
            let task = Task {
                try await pool.apply { () -> Int in
                    while !Task.isCancelled { usleep(1000) }
                    return 1
                }
            }
            let later = try pool.applyAsync { getpid() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await later.value == worker)
        }
    }

    @Test func whatRunsAndDoesNotListenLosesItsWorkerWhenItIsCancelled() async throws {
        let isBegun = FileGate()
        defer { isBegun.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            var worker: Int32 = 0
            for try await pid in pool.imap(
                [false, true], chunkSize: 2,
                { (isStuck: Bool) -> Int32 in
                    if isStuck { isBegun.open() }
                    while isStuck { usleep(1000) }
                    return getpid()
                })
            {
                worker = pid
                // What has not begun would just never run.
                isBegun.pass()
                break
            }
            #expect(try await pool.apply { getpid() } != worker)
        }
    }

    @Test func twoPoolsDoNotNoticeEachOther() async throws {
        try await withProcessPool(workers: 1) { first async throws in
            try await withProcessPool(workers: 1, context: ProcessContext(.spawn)) { second async throws in
                let a = try await first.apply { getpid() }
                let b = try await second.apply { getpid() }
                #expect(a != b)
                second.terminate()
                try await second.join()
                #expect(try await first.apply(1) { $0 } == 1)
            }
        }
    }
}
