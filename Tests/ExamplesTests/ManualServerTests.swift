import Multiprocessing
import TestSupport
import Testing

/// The code of the manual's chapter for servers.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualServerTests {
    @Test func metrics() async throws {
        let pool = try ProcessPool(workers: 2)
        _ = try await pool.map(0..<10) { $0 }
        let metrics = pool.metrics
        print("waiting: \(metrics.queued), running: \(metrics.running), done: \(metrics.completed)")
        print("99 % wait at most \(metrics.waitTime.percentile(99)), mean run \(metrics.runTime.mean)")
        print("workers were replaced because they \(metrics.workerEnds)")
        for task in metrics.slowestTasks { print("item \(task.item) of \(task.name) took \(task.duration)") }
        #expect(metrics.completed == 10)
        await pool.shutdown()
    }

    @Test func events() async throws {
        let pool = try ProcessPool(workers: 1)
        let events = pool.events
        let watcher = Task {
            for await event in events {
                if case .workerEnded(let name, _, .died, _) = event { print("\(name) died") }
            }
        }
        await pool.shutdown()
        await watcher.value
    }

    @Test func metadata() async throws {
        let pool = try ProcessPool(workers: 1)
        let image = "a picture"
        try await ProcessLogger.withMetadata(["request": "r-17"]) {
            try await pool.apply(image) { image in ProcessLogger.info("resizing \(image)") }
        }
        #expect(try await pool.apply { ProcessLogger.metadata } == [:])
        await pool.shutdown()
    }

    @Test func progress() async throws {
        let inputs = Array(0..<20)
        try await withProcessPool(workers: 2) { pool in
            for try await result in pool.imap(inputs, { $0 * 2 }).progress("doubling", total: inputs.count) {
                print(result)
            }
        }
    }

    @Test func serving() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.drainTimeout = .seconds(20)
        let pool = try ProcessPool(workers: 2, configuration: configuration)
        let serving = Task { try await pool.run() }
        #expect(try await pool.apply { 1 } == 1)
        let isDone = await pool.shutdown(within: .seconds(20))
        #expect(isDone)
        try await serving.value
    }

    @Test func threads() async throws {
        let sizes = try await withProcessPool(workers: 4, backend: .threads) { pool in
            try await pool.map(["a", "bc"]) { $0.count }
        }
        #expect(sizes == [1, 2])
    }

    @Test func budgets() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.budget = try ConcurrencyBudget(slots: ProcessPool.usableProcessorCount)
        let images = try ProcessPool(workers: 4, configuration: configuration)
        let reports = try ProcessPool(workers: 4, configuration: configuration)
        #expect(try await images.apply { 1 } == 1)
        #expect(try await reports.apply { 2 } == 2)
        await images.shutdown()
        await reports.shutdown()
    }
}
