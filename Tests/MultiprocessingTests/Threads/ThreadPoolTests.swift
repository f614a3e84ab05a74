import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// What a test of threads sees of its own process, and one of processes would not.
private let counter = Atomic(0)

private final class Unsent: Error {}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ThreadPoolTests {
    @Test func everyFormOfCallWorksInThisProcess() async throws {
        try await withProcessPool(workers: 3, backend: .threads) { pool async throws in
            #expect(try await pool.map(1...10) { $0 * $0 } == (1...10).map { $0 * $0 })
            #expect(try await pool.map(["a", "bc"], chunkSize: 1) { $0.count } == [1, 2])
            #expect(try await pool.apply { getpid() } == getpid())
            #expect(try await pool.apply("x", 3) { String(repeating: $0, count: $1) } == "xxx")
            #expect(try await pool.starmap([(1, 2), (3, 4)]) { $0 + $1 } == [3, 7])
            var lengths: [Int] = []
            for try await length in pool.imapUnordered(["a", "bc", "def"], { $0.count }) {
                lengths.append(length)
            }
            #expect(lengths.sorted() == [1, 2, 3])
            #expect(try await pool.map(1...3, with: 10) { $0 + $1 } == [11, 12, 13])
            let job = try pool.applyAsync(Order(id: 3)) { $0.id }
            #expect(try await job.value == 3)
            #expect(try await pool.map(0..<20_000) { $0 + 1 } == Array(1...20_000))
        }
    }

    @Test func bodiesShareTheStaticValuesOfTheProcess() async throws {
        try await withProcessPool(workers: 2, backend: .threads) { pool async throws in
            try await pool.map(0..<50, chunkSize: 5) { _ in counter.add(1, ordering: .relaxed) }
        }
        #expect(counter.load(ordering: .relaxed) >= 50)
    }

    @Test("PER-04: errors of in-process pools are not wrapped")
    func errorsArriveAsTheyAre() async throws {
        try await withProcessPool(workers: 2, backend: .threads) { pool async throws in
            await #expect(throws: Unsent.self) { try await pool.apply { () -> Int in throw Unsent() } }
            await #expect(throws: Plain.self) {
                try await pool.map(0..<10) { (number) -> Int in
                    if number == 7 { throw Plain(text: "seven") }
                    return number
                }
            }
            await #expect(throws: DivisionByZero.self) {
                try await pool.apply(1, 0) { try divide($0, by: $1) }
            }
            await #expect(throws: CancellationError.self) {
                try await pool.apply { () -> Int in throw CancellationError() }
            }
            // What is between the errors keeps its place.
            var results: [String] = []
            for try await result in pool.imap(0..<9, chunkSize: 3, { try divide(9, by: $0 % 4) }).results {
                switch result {
                case .success(let value): results.append("\(value)")
                case .failure(let error): results.append("\(type(of: error))")
                }
            }
            #expect(
                results == [
                    "DivisionByZero", "9", "4", "3", "DivisionByZero", "9", "4", "3", "DivisionByZero",
                ])
        }
    }

    @Test func copiesAreCopiesAndWhatCannotBeEncodedIsRefused() async throws {
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            let argument = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(Fussy(3)) { $0.number }
            }
            #expect(argument?.code == .unencodable)
            let result = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(3) { Fussy($0) }
            }
            #expect(result?.code == .unencodable)
            #expect(try await pool.apply(Fussy(4)) { $0.number } == 4)
        }
    }

    @Test func aTaskOverItsLimitIsReportedAndItsSeatHasANewThread() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(gate, timeout: .milliseconds(5)) { $0.pass() }
            }
            #expect(error?.code == .timeout)
            #expect(error?.message.contains("its thread is replaced") == true)
            // The first thread is still at the gate.
            #expect(try await pool.apply { 2 } == 2)
            #expect(pool.metrics.workerEnds[.timeout] == 1)
        }
        gate.open()
    }

    @Test func aLimitedMapLosesOnlyWhatWasOverItsLimit() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            var results: [Int?] = []
            let stream = pool.imap(
                0..<6, chunkSize: 6, timeout: .milliseconds(20),
                { (number: Int) -> Int in
                    if number == 2 { gate.pass() }
                    return number
                })
            for try await result in stream.results { results.append(try? result.get()) }
            #expect(results == [0, 1, nil, 3, 4, 5])
        }
        gate.open()
    }

    @Test func aCancelledTaskSeesItAndItsThreadServesOn() async throws {
        let begun = FileGate()
        defer { begun.remove() }
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            let job = try pool.applyAsync(begun) { (begun) -> Int in
                begun.open()
                try await Task.sleep(for: .seconds(1000))
                return 1
            }
            begun.pass()
            job.cancel()
            await #expect(throws: CancellationError.self) { try await job.value }
            #expect(try await pool.apply { 2 } == 2)
            #expect(pool.metrics.workerStarts == 1)
        }
    }

    @Test func hooksAndLimitsOfTasksAreHonoured() async throws {
        let begun = try SharedAtomic(0)
        let ended = try SharedAtomic(0)
        let pool = try ProcessPool(
            workers: 1, backend: .threads, maxTasksPerChild: 2, initializer: { begun.add(1) },
            finalizer: { ended.add(1) })
        for number in 0..<6 { #expect(try await pool.apply(number) { $0 } == number) }
        await pool.shutdown()
        #expect(pool.metrics.workerStarts >= 3)
        #expect(begun.load() >= 3 && ended.load() == begun.load())
    }

    @Test func anInitializersErrorBreaksThePoolAsItIs() async throws {
        let pool = try ProcessPool(workers: 1, backend: .threads, initializer: { throw Unsent() })
        await #expect(throws: Unsent.self) { try await pool.warmUp() }
        await #expect(throws: Unsent.self) { try await pool.apply { 1 } }
        try await pool.join()
    }

    @Test func handlesTravelToThreads() async throws {
        let queue = try SharedQueue<Int>()
        try await withProcessPool(workers: 2, backend: .threads) { pool async throws in
            try await pool.map(0..<20, with: queue, chunkSize: 1) { number, queue in
                try await queue.put(number)
            }
            let back = try await pool.apply(queue) { $0 }
            var sum = 0
            for _ in 0..<20 { sum += try await back.get() ?? -1000 }
            #expect(sum == 190)
        }
    }

    @Test func terminatingDoesNotWaitForWhatIsStuck() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let pool = try ProcessPool(workers: 2, backend: .threads)
        let jobs = try (0..<10).map { _ in try pool.applyAsync(gate) { $0.pass() } }
        pool.terminate()
        try await pool.join()
        for job in jobs {
            let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
            #expect(error?.code == .poolTerminated)
        }
        gate.open()
    }

    @Test func aTaskKnowsItsWorker() async throws {
        #expect(ProcessPool.Worker.current == nil)
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            #expect(try await pool.apply { ProcessPool.Worker.current?.seat } == 0)
            #expect(try await pool.apply { ProcessPool.Worker.current?.tasks } == 2)
        }
    }

    @Test func whatThreadsCannotHaveIsRefused() {
        for change in [
            { $0.memoryLimit = 1 << 30 }, { $0.recycling.maxMemory = 1 << 30 }, { $0.output = .tagged },
            { $0.keptErrorLines = 3 },
        ] as [(inout ProcessPool.Configuration) -> Void] {
            var configuration = ProcessPool.Configuration()
            change(&configuration)
            let error = #expect(throws: MultiprocessingError.self) {
                _ = try ProcessPool(workers: 1, backend: .threads, configuration: configuration)
            }
            #expect(error?.code == .invalidArgument)
        }
    }
}
