import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolMetricsTests {
    @Test func tasksAreCountedAndMeasured() async throws {
        let pool = try ProcessPool(workers: 2)
        _ = try await pool.map(0..<100, chunkSize: 10) { $0 }
        for _ in 0..<5 { _ = try? await pool.apply(1, 0) { try divide($0, by: $1) } }
        try await pool.apply { usleep(20_000) }
        let metrics = pool.metrics
        #expect((metrics.completed, metrics.failed, metrics.cancelled) == (101, 5, 0))
        #expect(metrics.queued == 0 && metrics.running == 0)
        #expect(metrics.runTime.count == 106 && metrics.waitTime.count == 106)
        #expect(metrics.runTime.maximum >= .milliseconds(20))
        #expect(metrics.slowestTasks.first?.name == "apply")
        #expect(metrics.slowestTasks.first?.duration == metrics.runTime.maximum)
        #expect(metrics.utilization > 0 && metrics.utilization <= 1)
        #expect(metrics.bytesSent > 0 && metrics.bytesReceived > 0)
        await pool.shutdown()
        #expect(pool.metrics.workerEnds == [.left: pool.metrics.workerStarts])
        #expect(pool.metrics.workers == 0)
    }

    @Test func whatWaitsAndWhatRunsIsToldApart() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 2) { pool async throws in
            try await pool.warmUp()
            let jobs = try (0..<10).map { _ in try pool.applyAsync(gate) { $0.pass() } }
            #expect(pool.metrics.running == 2)
            #expect(pool.metrics.queued == 8)
            gate.open()
            for job in jobs { try await job.value }
            #expect(pool.metrics.completed == 10)
        }
    }

    @Test func endsOfWorkersHaveReasons() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .zero
        let pool = try ProcessPool(workers: 1, configuration: configuration)
        _ = try? await pool.apply { killMyself() }
        _ = try? await pool.apply(timeout: .milliseconds(1)) { () -> Int in while true { pause() } }
        #expect(try await pool.apply { 1 } == 1)
        let begun = FileGate()
        defer { begun.remove() }
        let stuck = try pool.applyAsync(begun) { (begun) -> Int in
            begun.open()
            while true { pause() }
        }
        begun.pass()
        stuck.cancel()
        #expect(try await pool.apply { 2 } == 2)
        let ends = pool.metrics.workerEnds
        #expect(ends[.died] == 1 && ends[.timeout] == 1 && ends[.cancelled] == 1)
        #expect(pool.metrics.cancelled == 1)
        pool.terminate()
        try await pool.join()
        #expect(pool.metrics.workerEnds[.poolEnded] == 1)
    }

    @Test func nothingIsOutstandingAfterTheEnd() async throws {
        let pool = try ProcessPool(workers: 2)
        for _ in 0..<40 { _ = try pool.applyAsync { () -> Int in while true { pause() } } }
        var results = pool.imap(0..<1000, chunkSize: 7, { $0 }).makeAsyncIterator()
        pool.terminate()
        try await pool.join()
        _ = try? await results.next()
        let metrics = pool.metrics
        #expect(metrics.queued == 0 && metrics.running == 0)
        #expect(metrics.failed + metrics.cancelled == 40)
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolServingTests {
    @Test func runEndsWithThePool() async throws {
        let pool = try ProcessPool(workers: 1)
        let service = Task { try await pool.run() }
        #expect(try await pool.apply { 1 } == 1)
        await pool.shutdown()
        try await service.value
    }

    @Test func aCancelledRunDrains() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let pool = try ProcessPool(workers: 1)
        let service = Task { try await pool.run() }
        let job = try pool.applyAsync(gate) { (gate) -> Int in
            gate.pass()
            return 7
        }
        service.cancel()
        while pool.isActive, pool.metrics.running == 0 { await Task.yield() }
        gate.open()
        try await service.value
        #expect(try await job.value == 7)
        #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
    }

    @Test func whatIsNotDoneInTimeIsTerminated() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.drainTimeout = .milliseconds(10)
        let pool = try ProcessPool(workers: 1, configuration: configuration)
        let job = try pool.applyAsync { () -> Int in while true { pause() } }
        let service = Task { try await pool.run() }
        service.cancel()
        try await service.value
        let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
        #expect(error?.code == .poolTerminated)
    }

    @Test func shutdownWithinALimitSaysWhetherAllWasDone() async throws {
        let first = try ProcessPool(workers: 1)
        let job = try first.applyAsync { 3 }
        #expect(await first.shutdown(within: .seconds(100)))
        #expect(try await job.value == 3)
        let second = try ProcessPool(workers: 1)
        _ = try second.applyAsync { () -> Int in while true { pause() } }
        #expect(await second.shutdown(within: .milliseconds(1)) == false)
    }

    @Test func theMachineHasAsManyProcessorsAsMayBeUsedOrMore() {
        #expect(ProcessPool.usableProcessorCount >= 1)
        #expect(ProcessPool.processorCount >= 1)
    }
}
