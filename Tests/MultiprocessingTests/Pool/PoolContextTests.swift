import Multiprocessing
import TestSupport
import Testing

enum RequestID: PropagatedTaskLocal {
    @TaskLocal static var current: String?
    static var taskLocal: TaskLocal<String?> { $current }
}

private enum Baggage: PropagatedTaskLocal {
    @TaskLocal static var current: [String: Int]?
    static var taskLocal: TaskLocal<[String: Int]?> { $current }
}

private enum Unregistered {
    @TaskLocal static var current = 0
}

/// A value that cannot travel.
private enum Stubborn: PropagatedTaskLocal {
    @TaskLocal static var current: Fussy?
    static var taskLocal: TaskLocal<Fussy?> { $current }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolContextTests {
    private static var configuration: ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        configuration.taskLocals = [RequestID.self, Baggage.self, Stubborn.self]
        return configuration
    }

    @Test(arguments: [StartMethod.forkserver, .spawn])
    func registeredValuesTravel(method: StartMethod) async throws {
        try await withProcessPool(
            workers: 2, context: ProcessContext(method), configuration: Self.configuration
        ) { pool async throws in
            #expect(try await pool.apply { RequestID.current } == nil)
            try await RequestID.$current.withValue("r-1") {
                #expect(try await pool.apply { RequestID.current } == "r-1")
                try await Baggage.$current.withValue(["a": 1]) {
                    let all = try await pool.map(0..<20, chunkSize: 3) { item in
                        "\(RequestID.current ?? "") \(Baggage.current?["a"] ?? 0) \(item)"
                    }
                    #expect(all == (0..<20).map { "r-1 1 \($0)" })
                }
                var streamed: [String?] = []
                for try await id in pool.imap(0..<5, { _ in RequestID.current }) { streamed.append(id) }
                #expect(streamed == Array(repeating: "r-1", count: 5))
                let job = try pool.applyAsync { [RequestID.current] }
                #expect(try await job.value == ["r-1"])
            }
            // Gone with their calls.
            #expect(
                try await pool.map(0..<10, chunkSize: 1) { _ in RequestID.current == nil }.allSatisfy { $0 })
        }
    }

    @Test func childTasksOfABodySeeThem() async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration) { pool async throws in
            let seen = try await RequestID.$current.withValue("r-2") {
                try await pool.apply {
                    try await Task.sleep(for: .milliseconds(1))
                    async let inner = RequestID.current
                    return [RequestID.current, await inner]
                }
            }
            #expect(seen == ["r-2", "r-2"])
        }
    }

    @Test func othersDoNotTravel() async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration) { pool async throws in
            let seen = try await Unregistered.$current.withValue(7) {
                try await pool.apply { Unregistered.current }
            }
            #expect(seen == 0)
        }
        try await withProcessPool(workers: 1) { pool async throws in
            let seen = try await RequestID.$current.withValue("r-3") {
                try await pool.apply { RequestID.current }
            }
            #expect(seen == nil)
        }
    }

    @Test func aValueThatCannotTravelFailsItsCallOnly() async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration) { pool async throws in
            let here = await #expect(throws: MultiprocessingError.self) {
                try await Stubborn.$current.withValue(Fussy(3)) { try await pool.apply { 1 } }
            }
            #expect(here?.code == .unencodable)
            let there = await #expect(throws: MultiprocessingError.self) {
                try await Stubborn.$current.withValue(Fussy(20)) { try await pool.apply { 1 } }
            }
            #expect(there?.code == .undecodable)
            #expect(
                try await Stubborn.$current.withValue(Fussy(4)) {
                    try await pool.apply { Stubborn.current?.number }
                } == 4)
        }
    }

    @Test func theBodyRunsAtTheCallersPriority() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            for priority in [TaskPriority.background, .low, .medium, .high] {
                let seen = try await Task(priority: priority) {
                    try await pool.apply {
                        await Task.yield()
                        return Task.currentPriority.rawValue
                    }
                }.value
                // Waiting for a task may raise its priority.
                #expect(seen >= priority.rawValue)
            }
            #expect(
                try await pool.with(priority: .low).apply { Task.currentPriority.rawValue }
                    == TaskPriority.low.rawValue)
        }
    }
}
