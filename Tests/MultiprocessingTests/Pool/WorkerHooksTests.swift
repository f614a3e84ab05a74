import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// What a worker of these tests knows.
enum WorkerKnowledge {
    static let isInitialized = Atomic<Bool>(false)
    static let makings = Atomic<Int>(0)
    static let number = WorkerLocal { () -> Int in
        makings.wrappingAdd(1, ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(5))
        return Int(getpid())
    }
}

/// What workers do at the beginning and the end of their lives, and what they remember in between.
typealias WorkerBody = @concurrent @Sendable () async throws -> Void

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct WorkerHooksTests {
    @Test("POO-10 FUT-16: the initializer runs once in each worker, before any task", arguments: everyContext)
    func theInitializer(context: ProcessContext) async throws {
        let runs = try SharedValue(0)
        let step = 5
        let prepare: WorkerBody = {
            try await runs.withLock { $0 += step }
            WorkerKnowledge.isInitialized.store(true, ordering: .relaxed)
        }
        try await withProcessPool(workers: 3, context: context, initializer: prepare) { pool async throws in
            let known = try await pool.map(0..<60, chunkSize: 1) { _ in
                WorkerKnowledge.isInitialized.load(ordering: .relaxed)
            }
            #expect(known == Array(repeating: true, count: 60))
            try await pool.warmUp()
            #expect(try await runs.withLock { $0 } == 15)
        }
        let isInitializedHere = WorkerKnowledge.isInitialized.load(ordering: .relaxed)
        #expect(!isInitializedHere)
    }

    @Test("POO-10: an initializer that captures what cannot travel is refused")
    func aRefusedInitializer() async throws {
        let object = Unportable()
        #expect(throws: ClosureRefusedError.self) {
            try ProcessPool(workers: 1, initializer: { object.use() })
        }
        #expect(throws: ClosureRefusedError.self) { try ProcessPool(workers: 1, finalizer: { object.use() }) }
    }

    @Test("FUT-18: what the initializer throws comes out of every call, and nothing loops")
    func aFailingInitializer() async throws {
        let runs = try SharedValue(0)
        let pool = try ProcessPool(
            workers: 2,
            initializer: {
                try await runs.withLock { $0 += 1 }
                throw DivisionByZero(numerator: 4)
            })
        await #expect(throws: DivisionByZero(numerator: 4)) { try await pool.apply { 1 } }
        await #expect(throws: DivisionByZero(numerator: 4)) { try await pool.map(0..<10) { $0 } }
        await #expect(throws: DivisionByZero(numerator: 4)) { try await pool.warmUp() }
        try await pool.join()
        #expect(try await (1...2).contains(runs.withLock { $0 }))
        #expect(!pool.isActive)
    }

    @Test func theFinalizerRunsWhenAWorkerLeaves() async throws {
        let ends = try SharedValue(0)
        let finish: WorkerBody = { try await ends.withLock { $0 += 1 } }
        try await withProcessPool(workers: 2, maxTasksPerChild: 1, finalizer: finish) { pool async throws in
            _ = try await pool.map(0..<4, chunkSize: 1) { $0 }
        }
        // Four that ran a task, and those that stood by in the end.
        #expect(try await ends.withLock { $0 } >= 4)
    }

    @Test("PCR-09: a worker that crashes in its finalizer does not block the end")
    func aCrashAtTheEnd() async throws {
        for finish in [{ _ = killMyself() }, { throw Plain(text: "a wanted error") }] as [WorkerBody] {
            try await withProcessPool(workers: 2, finalizer: finish) { pool async throws in
                #expect(try await pool.apply { 3 } == 3)
            }
        }
    }

    @Test func eachWorkerMakesItsValueOnce() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let pairs = try await pool.map(0..<40, chunkSize: 1) { _ in
                async let first = WorkerKnowledge.number.value
                async let second = WorkerKnowledge.number.value
                let numbers = try await [first, second]
                return numbers + [Int(getpid()), WorkerKnowledge.makings.load(ordering: .relaxed)]
            }
            for pair in pairs { #expect(pair[0] == pair[2] && pair[1] == pair[2] && pair[3] == 1) }
        }
    }

    @Test func aValueThatCouldNotBeMadeIsTriedAgain() async throws {
        let tries = Mutex(0)
        let local = WorkerLocal { () -> Int in
            let number = tries.withLock { value in
                value += 1
                return value
            }
            if number == 1 { throw DivisionByZero(numerator: 1) }
            return number
        }
        await #expect(throws: DivisionByZero.self) { try await local.value }
        #expect(try await local.value == 2)
        #expect(try await local.value == 2)
    }

    @Test func aWorkerKnowsItsPlace() async throws {
        #expect(ProcessPool.Worker.current == nil)
        try await withProcessPool(workers: 2) { pool async throws in
            let workers = try await pool.map(0..<30, chunkSize: 1) { _ in ProcessPool.Worker.current }
            #expect(workers.allSatisfy { $0?.seat == 0 || $0?.seat == 1 })
            for seat in 0...1 {
                let tasks = workers.filter { $0?.seat == seat }.compactMap { $0?.tasks }
                #expect(tasks.sorted() == Array(1..<tasks.count + 1))
            }
            let inside = try await pool.apply {
                let child = ChildProcess { if ProcessPool.Worker.current != nil { exit(1) } }
                try await child.start()
                return try await child.join().code
            }
            #expect(inside == 0)
        }
    }
}

/// An object that cannot travel.
final class Unportable: Sendable {
    func use() {}
}
