import Multiprocessing
import TestSupport
import Testing

private func loadWords() async throws -> Set<String> { ["a", "b", "c"] }

enum Models {
    static let words = WorkerLocal { try await loadWords() }
}

/// The code of the manual's chapters on the workers of a pool.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualWorkersTests {
    @Test func workers() async throws {
        var configuration = ProcessPool.Configuration()
        // The others are started when there is work for them, and leave when there is none.
        configuration.minWorkers = 1
        configuration.idleTimeout = .seconds(30)
        // A worker is replaced when it is old, has much memory after a task, or for a reason of yours.
        configuration.recycling.maxAge = .seconds(3600)
        configuration.recycling.maxMemory = 512 << 20
        configuration.recycling.condition = { $0.tasks > 999 }
        // A task that takes more memory is ended.
        configuration.memoryLimit = 1 << 30
        configuration.startOptions.environment = .updated(["MODE": "worker"])
        configuration.onWorkerDeath = .retry(max: 2)

        let pool = try ProcessPool(
            workers: 4, configuration: configuration, maxTasksPerChild: 1000,
            initializer: { _ = try await Models.words.value },
            finalizer: { print("\(ChildProcess.current.name) leaves") })
        try await pool.warmUp()
        let known = try await pool.map(["a", "x"]) { try await Models.words.value.contains($0) }
        #expect(known == [true, false])

        let account = pool.with(key: "customer 17")
        let balance = try await account.apply(100) { amount in amount * 2 }
        #expect(balance == 200)

        try await pool.resize(to: 2)
        try await pool.roll()
        for worker in pool.workerStatuses { print("\(worker.name) has done \(worker.tasks) tasks") }
        #expect(pool.workers == 2)
        await pool.shutdown()
    }
}
