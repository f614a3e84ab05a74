import Glibc
import Multiprocessing
import TestSupport
import Testing

/// How pools end, whatever is going on in them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolShutdownTests {
    @Test("POO-05 POO-06 PSD-01 POO-33: after its end a pool takes no work, and is not active")
    func afterTheEnd() async throws {
        let pool = try await withProcessPool(workers: 2) { pool async throws in
            #expect(pool.isActive)
            return pool
        }
        #expect(!pool.isActive)
        #expect(pool.workerStatuses.isEmpty)
        let refused = await #expect(throws: MultiprocessingError.self) { try await pool.apply { 1 } }
        #expect(refused?.code == .poolClosed)
        for call in [pool.warmUp, pool.roll, { try await pool.resize(to: 3) }] as [() async throws -> Void] {
            let error = await #expect(throws: MultiprocessingError.self) { try await call() }
            #expect(error?.code == .poolClosed)
        }
        pool.terminate()
        try await pool.join()
    }

    @Test("POO-07 POO-37 POO-39: terminate returns promptly with ten thousand endless tasks in line")
    func terminatingAFullPool() async throws {
        let pool = try ProcessPool(workers: 2)
        try await pool.warmUp()
        let jobs = try (0..<10_000).map { _ in try pool.applyAsync { () -> Int in while true { pause() } } }
        let workers = pool.workerStatuses.map(\.processID)
        pool.terminate()
        try await pool.join()
        for job in jobs { #expect(job.isReady && !job.isSuccessful) }
        for worker in workers { #expect(!processExists(worker)) }
    }

    @Test("POO-34 POO-44 POO-36 PSD-04 PSD-07: join needs a close, and everything accepted is done by then")
    func closeAndJoin() async throws {
        let pool = try ProcessPool(workers: 2)
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.join() }
        #expect(error?.code == .invalidArgument)
        let jobs = try (0..<50).map { number in
            try pool.applyAsync(number) { number in
                usleep(500)
                return number
            }
        }
        pool.close()
        pool.close()
        #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
        #expect(pool.isActive || jobs.allSatisfy { $0.isReady })
        try await pool.join()
        #expect(jobs.allSatisfy { $0.isSuccessful })
    }

    @Test("POO-38: a pool may be ended from a completion handler")
    func endedFromAHandler() async throws {
        let pool = try ProcessPool(workers: 2)
        try pool.applyAsync { 1 }.onCompletion { _ in pool.terminate() }
        while pool.isActive { await Task.yield() }
        try await pool.join()
        #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
    }

    @Test("PSD-06 PSD-12: cancelled and endless tasks do not hold the end up")
    func cancelledAndEndless() async throws {
        let pool = try ProcessPool(workers: 1)
        let cancelled = try pool.applyAsync { () -> Int in
            while !Task.isCancelled { usleep(500) }
            return 1
        }
        cancelled.cancel()
        await pool.shutdown()
        let other = try ProcessPool(workers: 2)
        let jobs = try (0..<8).map { _ in try other.applyAsync { () -> Int in while true { pause() } } }
        let ending = Task { await other.shutdown() }
        ending.cancel()
        await ending.value
        for job in jobs { await #expect(throws: (any Error).self) { try await job.value } }
    }

    @Test("PSD-10 PSD-14: the end right after a map, and after an input that cannot be encoded")
    func endsAtOnce() async throws {
        for workers in 1...4 {
            try await withProcessPool(workers: workers) { pool async throws in
                #expect(try await pool.map(0...workers, chunkSize: 1) { $0 }.count == workers + 1)
            }
        }
        for _ in 0..<5 {
            try await withProcessPool(workers: 2) { pool async throws in
                _ = #expect(throws: MultiprocessingError.self) { try pool.applyAsync(Fussy(1)) { $0.number } }
            }
        }
    }

    @Test("PSD-15 PSD-03 PLT-04: a program that ends with a pool in its hands ends well")
    func theProgramsEnd() async throws {
        var options = StartOptions()
        options.standardOutput = .captured
        options.standardError = .captured
        let child = ChildProcess(options: options) {
            let pool = try ProcessPool(workers: 2)
            try pool.applyAsync {
                usleep(50_000)
                say("done")
            }
            await pool.shutdown()
            _ = try? pool.applyAsync { 1 }
            withExtendedLifetime(pool) {}
        }
        let report = try await child.report()
        #expect(report.status == .exited(0))
        #expect(report.output == ["done"])
        #expect(report.errors == [])
        let dropping = ChildProcess(options: options) {
            let pool = try ProcessPool(workers: 2)
            _ = try await pool.apply { 1 }
            exit(0)
        }
        #expect(try await dropping.report().status == .exited(0))
    }

    @Test("PSD-17: fifty pools of a short life")
    func manyPools() async throws {
        for number in 0..<50 {
            #expect(
                try await withProcessPool(workers: 1 + number % 2) { try await $0.apply(number) { $0 } }
                    == number)
        }
    }

    @Test("PCR-21 PSD-08: a pool that is dropped fails what waits and leaves no worker")
    func dropped() async throws {
        var pool: ProcessPool? = try ProcessPool(workers: 1)
        let worker = try await pool?.apply { getpid() }
        let job = try pool?.applyAsync { () -> Int in while true { pause() } }
        pool = nil
        await #expect(throws: (any Error).self) { try await job?.value }
        let pid = try #require(worker)
        while processExists(pid) { await Task.yield() }
    }

    @Test("PCR-20 PSD-09: a worker killed during the end does not hold it up", arguments: [2, 4])
    func killedAtTheEnd(workers: Int) async throws {
        for _ in 0..<5 {
            let pool = try ProcessPool(workers: workers)
            try await pool.warmUp()
            let jobs = try (0..<10).map { number in
                try pool.applyAsync(number) { number in
                    usleep(300)
                    return number
                }
            }
            let victims = pool.workerStatuses
            pool.close()
            for victim in victims { kill(victim.processID, SIGKILL) }
            try await pool.join()
            for job in jobs { #expect(job.isReady) }
        }
    }

    @Test("PCR-26 PCR-28: large tasks are given up at any moment without a deadlock")
    func largeTasks() async throws {
        for isTerminating in [false, true] {
            let pool = try ProcessPool(workers: 2)
            let large = [UInt8](repeating: 7, count: 10 << 20)
            let jobs = try (0..<10).map { _ in try pool.applyAsync(large) { $0.count } }
            if !isTerminating { #expect(try await jobs[0].value == 10 << 20) }
            for job in jobs { job.cancel() }
            if isTerminating { pool.terminate() } else { pool.close() }
            try await pool.join()
        }
    }

    @Test("PCR-27: a hundred megabytes there and back")
    func aHundredMegabytes() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let bytes = [UInt8](unsafeUninitializedCapacity: 100 << 20) { buffer, count in
                for index in 0..<(100 << 20) / 8 {
                    buffer.baseAddress.map {
                        UnsafeMutableRawPointer($0).storeBytes(
                            of: index &* 977, toByteOffset: index * 8, as: Int.self)
                    }
                }
                count = 100 << 20
            }
            #expect(try await pool.apply(bytes) { $0 } == bytes)
        }
    }

    @Test("pools in workers of pools are refused ten deep")
    func aPoolInAPool() async throws {
        #expect(try await nestPools(0) == 10)
    }
}

/// Makes a pool in a worker of a pool, as deep as it goes; returns how deep that was.
func nestPools(_ depth: Int) async throws -> Int {
    let pool: ProcessPool
    do {
        pool = try ProcessPool(workers: 1)
    } catch let error as MultiprocessingError where error.code == .nestingTooDeep {
        return depth
    }
    let deepest = try await pool.apply(depth + 1, nestPools)
    await pool.shutdown()
    return deepest
}
