import Multiprocessing
import TestSupport
import Testing

enum TraceID: PropagatedTaskLocal {
    @TaskLocal static var current: String?
    static var taskLocal: TaskLocal<String?> { $current }
}

/// The code of the manual about what goes into a pool and what comes out; `ManualExamplesTests` compares the lines.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualPoolTests {
    @Test func valuesOfARunningTask() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var output: [String] = []
            func print(_ text: String) { output.append(text) }
            let film = "the film"
            let progress = pool.stream(film, of: Int.self) { film, emit in
                for part in 1...4 { try await emit(part * 100 / 4) }
            }
            for try await percent in progress { print("\(percent) % of \(film)") }
            #expect(output == [25, 50, 75, 100].map { "\($0) % of the film" })
        }
    }

    @Test func handlesOfResults() async throws {
        let words = ["one", "three", "eleven"]
        try await withProcessPool(workers: 2) { pool async throws in
            var lengths: [Int] = []
            var text = ""
            func print(_ length: Int) { lengths.append(length) }
            func print(_ line: String) { text = line }
            let jobs = try words.map { word in try pool.applyAsync(word) { $0.count } }
            let (done, pending) = try await AsyncResult.wait(for: jobs, until: .first, timeout: .seconds(10))
            print("\(done.count) done, \(pending.count) not")
            for try await job in AsyncResult.asCompleted(jobs) { print(try await job.value) }
            #expect(done.count + pending.count == 3 && text.hasSuffix("not"))
            #expect(lengths.sorted() == [3, 5, 6])
        }
    }

    @Test func deadlines() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let count = try await withDeadline(.seconds(5)) {
                try await pool.apply("a long text") { text in
                    try TaskDeadline.check()
                    return text.count
                }
            }
            #expect(count == 11)
        }
    }

    @Test func overloadAndLanes() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.maxQueued = 100
        configuration.lanes = ["interactive": 3]
        try await withProcessPool(workers: 2, configuration: configuration) { pool in
            let urgent = pool.with(lane: "interactive", priority: .high, queueTimeout: .seconds(10))
            let answer = try await urgent.apply(6, 7) { $0 * $1 }
            print(answer)
            #expect(answer == 42)
        }
    }

    @Test func taskLocalValues() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.taskLocals = [TraceID.self]
        try await withProcessPool(workers: 2, configuration: configuration) { pool in
            try await TraceID.$current.withValue("t-17") {
                let seen = try await pool.map(1...2) { _ in TraceID.current }
                print(seen)
                #expect(seen == ["t-17", "t-17"])
            }
        }
    }
}
