import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What belongs to one pool and to no other, and what a task may be called with.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolSettingsTests {
    private enum Memory {
        static let value = WorkerLocal { await Setup.shared.value }
    }

    /// What an initializer has left in its worker.
    private actor Setup {
        static let shared = Setup()
        var value = 0

        func set(_ value: Int) { self.value = value }
    }

    @Test("POO-30: another initializer needs another pool, which knows nothing of the one before")
    func nothingIsLeftOfThePoolBefore() async throws {
        for number in 1...2 {
            let pool = try ProcessPool(
                workers: 1, initializer: { await Setup.shared.set(await Setup.shared.value + number) })
            let seen = try await pool.map(0..<3, chunkSize: 1) { _ in try await Memory.value.value }
            #expect(seen == [number, number, number])
            await pool.shutdown()
        }
    }

    @Test("POO-26: a pool is reused by handing it on; one with equal settings has workers of its own")
    func poolsShareNothing() async throws {
        try await withProcessPool(workers: 1) { first async throws in
            try await withProcessPool(workers: 1) { second async throws in
                let (one, other) = (try await first.apply { getpid() }, try await second.apply { getpid() })
                #expect(one != other)
                #expect(try await first.apply { getpid() } == one)
            }
            #expect(try await first.apply { 1 } == 1)
        }
    }

    @Test("POO-27: terminating ends a task of 10,000 s with the reason, and the next pool works")
    func theNextPoolWorks() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let old = try ProcessPool(workers: 1)
        let job = try old.applyAsync(gate) { gate in
            gate.open()
            try await Task.sleep(for: .seconds(10_000))
        }
        try await onThread { gate.pass() }
        old.terminate()
        let product = try await withProcessPool(workers: 2) { try await $0.apply(6, 7) { $0 * $1 } }
        #expect(product == 42)
        let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
        #expect(error?.code == .poolTerminated)
        try await old.join()
    }

    @Test("POO-40: a map does its work although nobody asks for its results")
    func aMapThatNobodyWaitsFor() async throws {
        let marks = try SharedArray(repeating: 0, count: 40)
        try await withProcessPool(workers: 2) { pool async throws in
            _ = try pool.mapAsync(0..<40, chunkSize: 3) { item in marks[item] = item + 1 }
        }
        #expect((0..<40).map { marks[$0] } == Array(1...40))
    }

    /// Its arguments are called like the pool's own.
    private struct Namesake: ProcessTask {
        var timeout: Int
        var chunkSize: Int
        var pool: String
        var body: [String: Int]

        func run() async throws -> [String] { ["\(timeout)", "\(chunkSize)", pool, "\(body)"] }
    }

    @Test("POO-41: arguments may be called like the pool's own")
    func namesakes() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let task = Namesake(timeout: 1, chunkSize: 2, pool: "p", body: ["b": 3])
            #expect(try await pool.apply(task, timeout: .seconds(600)) == ["1", "2", "p", "[\"b\": 3]"])
            #expect(try await pool.map([task, task], chunkSize: 1).count == 2)
        }
    }

    /// A value with a form of its own for the way, in which it grows a mark at each end.
    private struct Marked: Codable, Sendable {
        var marks: String

        init(marks: String) { self.marks = marks }

        init(from decoder: any Decoder) throws {
            marks = try decoder.singleValueContainer().decode(String.self) + "d"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(marks + "e")
        }
    }

    @Test("POO-42: a value's own form is used for arguments, then for results, in every pool")
    func ownForms() async throws {
        for _ in 0..<2 {
            try await withProcessPool(workers: 1) { pool async throws in
                let result = try await pool.apply(Marked(marks: "")) { Marked(marks: $0.marks + "r") }
                #expect(result.marks == "edred")
            }
        }
    }
}
