import Dispatch
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Many callers, full rings, stopped and dying workers.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolPressureTests {
    @Test("POO-17: ten tasks share a pool, and mix maps, submissions and cancellations")
    func manyCallers() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<10 {
                    group.addTask {
                        let squares = try await pool.map(0..<30, chunkSize: 4) { $0 * $0 + caller }
                        #expect(squares == (0..<30).map { $0 * $0 + caller })
                        let given = try pool.applyAsync { () -> Int in
                            while !Task.isCancelled { usleep(200) }
                            return 0
                        }
                        let kept = try pool.applyAsync(caller) { $0 + 1 }
                        given.cancel()
                        #expect(try await kept.value == caller + 1)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("POO-18: chains of tasks, each submitted from the end of the one before", arguments: [100, 50, 60])
    func chains(length: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let (ends, feed) = AsyncStream.makeStream(of: Int.self)
            @Sendable func go(_ number: Int) throws {
                try pool.applyAsync(number) { $0 + 1 }.onCompletion { result in
                    guard let next = try? result.get(), next < length else { return feed.finish() }
                    feed.yield(next)
                    do { try go(next) } catch { feed.finish() }
                }
            }
            try go(0)
            var seen: [Int] = []
            for await number in ends { seen.append(number) }
            #expect(seen == Array(1..<length))
        }
    }

    @Test("PCR-12: a hundred tasks for a worker that does not read all run when it goes on")
    func aStoppedWorker() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let worker = try await pool.apply { getpid() }
            kill(worker, SIGSTOP)
            let large = [UInt8](repeating: 1, count: 64 << 10)
            let jobs = try (0..<100).map { number in try pool.applyAsync(large, number) { $0.count + $1 } }
            kill(worker, SIGCONT)
            for (number, job) in jobs.enumerated() { #expect(try await job.value == 64 << 10 + number) }
        }
    }

    @Test(
        "PCR-10 POO-22: after the end an input that cannot be encoded is an error; idle workers leave meanwhile"
    )
    func theEndAndIdleness() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.minWorkers = 0
        configuration.idleTimeout = .milliseconds(1)
        for round in 0..<5 {
            let pool = try ProcessPool(workers: 2, configuration: configuration)
            try await pool.warmUp()
            usleep(UInt32(round) * 700)
            let job = try pool.applyAsync([UInt8](repeating: 1, count: 4 << 20)) { $0.count }
            pool.close()
            #expect(throws: MultiprocessingError.self) { _ = try pool.applyAsync(Fussy(1)) { $0.number } }
            #expect(try await job.value == 4 << 20)
            try await pool.join()
        }
    }

    @Test("PCR-22: threads that were started before the workers do not freeze them", arguments: everyContext)
    func threadsBefore(context: ProcessContext) async throws {
        DispatchQueue.concurrentPerform(iterations: 8) { _ in usleep(1000) }
        try await withProcessPool(workers: 2, context: context) { pool async throws in
            let sums = try await pool.map(0..<8, chunkSize: 1) { number in
                DispatchQueue.concurrentPerform(iterations: 4) { _ in usleep(100) }
                return number
            }
            #expect(sums == Array(0..<8))
        }
    }

    @Test("PCR-25: a worker that dies while it hands a large result over costs that only", arguments: 0..<6)
    func killedWhileAnswering(moment: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let pid = try await pool.apply { getpid() }
            let large = try pool.applyAsync { [UInt8](repeating: 3, count: 8 << 20) }
            usleep(UInt32(moment) * 1500)
            kill(pid, SIGKILL)
            do {
                #expect(try await large.value.count == 8 << 20)
            } catch let error as WorkerDiedError {
                #expect(error.processID == pid)
            }
            #expect(try await pool.map(0..<20, chunkSize: 1) { $0 } == Array(0..<20))
        }
    }

    @Test("FWK-10: a death is noticed soon")
    func deathsAreNoticed() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var times: [Duration] = []
            for _ in 0..<20 {
                let time = await ContinuousClock().measure {
                    await #expect(throws: WorkerDiedError.self) { try await pool.apply { killMyself() } }
                }
                times.append(time)
            }
            times.sort()
            print(
                "deaths were noticed after \(times[10]), the slowest after \(times[19]), with the worker's start"
            )
            #expect(times[10] < .seconds(2))
        }
    }

    @Test("PLT-09: work of a dropped pool that cannot have workers fails with a reason")
    func droppedWithoutWorkers() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.startOptions.workingDirectory = "/no/such/folder"
        configuration.minWorkers = 0
        var pool: ProcessPool? = try ProcessPool(workers: 2, configuration: configuration)
        let job = try pool?.applyAsync { 1 }
        pool = nil
        let error = await #expect(throws: MultiprocessingError.self) { try await job?.value }
        #expect(error?.code == .startFailed || error?.code == .poolTerminated)
    }
}
