import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolErrorTests {
    @Test func aCodableErrorArrivesAsItself() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            await #expect(throws: DivisionByZero(numerator: 8)) {
                try await pool.apply(8, 0) { try divide($0, by: $1) }
            }
            await #expect(throws: CancellationError.self) {
                try await pool.apply { () -> Int in throw CancellationError() }
            }
            // The worker lives on.
            #expect(try await pool.apply(8, 2) { try divide($0, by: $1) } == 4)
        }
    }

    @Test func anotherErrorArrivesAsARemoteError() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let error = await #expect(throws: RemoteError.self) {
                try await pool.apply("why") { (text) -> Int in throw Plain(text: text) }
            }
            #expect(error?.typeName == "MultiprocessingTests.Plain")
            #expect(error?.message.contains("why") == true)
            #expect(error.map { $0.processID != getpid() } == true)
            let unsendable = await #expect(throws: RemoteError.self) {
                try await pool.apply { () -> Int in throw Unsendable() }
            }
            #expect(unsendable?.typeName == "MultiprocessingTests.Unsendable")
        }
    }

    @Test("SFR-12: a value that cannot be encoded or decoded fails its task only")
    func aValueThatCannotBeEncodedFailsItsTaskOnly() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            // The argument, here.
            let argument = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(Fussy(3)) { $0.number }
            }
            #expect(argument?.code == .unencodable)
            // The argument, there.
            let arrival = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(Fussy(20)) { $0.number }
            }
            #expect(arrival?.code == .undecodable)
            // The result, there.
            let result = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(3) { Fussy($0) }
            }
            #expect(result?.code == .unencodable)
            // The result, here.
            let back = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(30) { Fussy($0) }
            }
            #expect(back?.code == .undecodable)
            #expect(try await pool.apply(Fussy(4)) { $0.number } == 4)
        }
    }

    @Test func oneBadInputOfAStreamLeavesTheOthers() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results = pool.imap((1...10).map(Fussy.init), { $0.number }).makeAsyncIterator()
            var values: [Int] = []
            var errors: [MultiprocessingError.Code] = []
            while true {
                do {
                    guard let value = try await results.next() else { break }
                    values.append(value)
                } catch let error as MultiprocessingError {
                    errors.append(error.code)
                }
            }
            // Odd ones cannot be encoded, ten cannot be decoded.
            #expect(values == [2, 4, 6, 8])
            #expect(
                errors == [
                    .unencodable, .unencodable, .unencodable, .unencodable, .unencodable, .undecodable,
                ])
        }
    }

    @Test func mapThrowsTheFirstErrorInOrder() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            await #expect(throws: DivisionByZero(numerator: 4)) {
                try await pool.map(0..<10, chunkSize: 1) { try divide($0, by: $0 == 4 ? 0 : 1) }
            }
            await #expect(throws: DivisionByZero(numerator: 2)) {
                try await pool.mapAsync(0..<10) { try divide($0, by: $0 == 2 ? 0 : 1) }.value
            }
        }
    }

    @Test func afterAnErrorTheLaterElementsCome() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results = pool.imap(0..<10, { try divide(10, by: $0 - 3) }).makeAsyncIterator()
            var values: [Int] = []
            var failures = 0
            while true {
                do {
                    guard let value = try await results.next() else { break }
                    values.append(value)
                } catch is DivisionByZero {
                    failures += 1
                }
            }
            #expect(failures == 1)
            #expect(values == (0..<10).filter { $0 != 3 }.map { 10 / ($0 - 3) })
        }
    }

    @Test func argumentsOutOfRangeAreRefused() async throws {
        for workers in [0, -1, 1025] {
            let error = #expect(throws: MultiprocessingError.self) { _ = try ProcessPool(workers: workers) }
            #expect(error?.code == .invalidArgument)
        }
        try await withProcessPool(workers: 1) { pool async throws in
            for size in [0, -3] {
                let error = await #expect(throws: MultiprocessingError.self) {
                    try await pool.map([1], chunkSize: size) { $0 }
                }
                #expect(error?.code == .invalidArgument)
                let streamed = await #expect(throws: MultiprocessingError.self) {
                    for try await _ in pool.imap([1], chunkSize: size, { $0 }) {}
                }
                #expect(streamed?.code == .invalidArgument)
            }
        }
    }
}

/// An error that is true, empty or false, as its cases say.
private enum Odd: Error, Codable, Hashable {
    case empty
    case no(Bool)
    case nothing(String?)
}

/// An error whose fields are all constants, and whose encoding is its own.
private struct ReadOnly: Error, Codable, Hashable {
    let number: Int
    let text: String

    init(number: Int) {
        self.number = number
        text = "n\(number)"
    }

    init(from decoder: any Decoder) throws {
        self.init(number: try decoder.singleValueContainer().decode(Int.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolErrorValueTests {
    @Test("PER-01 PER-14: a hundred that cannot be encoded, then a hundred that can")
    func manyThatCannotBeEncoded() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            for number in 0..<100 {
                let error = #expect(throws: MultiprocessingError.self) {
                    try pool.applyAsync(Fussy(2 * number + 1)) { $0.number }
                }
                #expect(error?.code == .unencodable)
                // One whose result cannot be encoded.
                let there = try pool.applyAsync(2 * number + 1) { Fussy($0) }
                if number % 10 == 0 {
                    await #expect(throws: MultiprocessingError.self) { try await there.value }
                }
            }
            let jobs = try (0..<100).map { try pool.applyAsync($0) { $0 * 2 } }
            for (number, job) in jobs.enumerated() { #expect(try await job.value == number * 2) }
        }
    }

    @Test("PER-08 PER-13 PER-15: unusual errors are errors, and arrive as themselves")
    func unusualErrors() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            for odd in [Odd.empty, .no(false), .nothing(nil), .nothing("")] {
                await #expect(throws: odd) { try await pool.apply(odd) { (odd: Odd) -> Int in throw odd } }
                let job = try pool.applyAsync(odd) { (odd: Odd) -> Bool in throw odd }
                try await job.wait()
                #expect(!job.isSuccessful && job.state == .failed)
            }
            await #expect(throws: ReadOnly(number: 5)) {
                try await pool.apply { () -> Int in throw ReadOnly(number: 5) }
            }
        }
    }

    @Test("PER-10: an error that is returned is a result")
    func anErrorThatIsReturned() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let error = try await pool.apply(3) { DivisionByZero(numerator: $0) }
            #expect(error == DivisionByZero(numerator: 3))
        }
    }

    @Test("PER-11: a task that failed does not affect the next")
    func aTaskThatFailed() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let pid = try await pool.apply { getpid() }
            for number in 0..<20 {
                await #expect(throws: DivisionByZero.self) {
                    try await pool.apply(number) { try divide($0, by: 0) }
                }
                #expect(try await pool.apply(number) { $0 } == number)
            }
            #expect(try await pool.apply { getpid() } == pid)
        }
    }

    @Test("PER-06 PER-12: an error reaches the handle and its handler, whatever the handler does")
    func anErrorReachesTheHandler() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let job = try pool.applyAsync(6) { try divide($0, by: 0) }
            let (errors, feed) = AsyncStream.makeStream(of: DivisionByZero?.self)
            job.onCompletion { result in
                // A handler has to see to its own errors: the compiler takes none that throws.
                if case .failure(let error) = result { feed.yield(error as? DivisionByZero) }
                feed.finish()
            }
            await #expect(throws: DivisionByZero(numerator: 6)) { try await job.value }
            var seen: [DivisionByZero?] = []
            for await error in errors { seen.append(error) }
            #expect(seen == [DivisionByZero(numerator: 6)])
            #expect(try await pool.apply(1) { $0 } == 1)
        }
    }

    @Test("PER-09: when a pool ends, each handle has an error")
    func whenAPoolEnds() async throws {
        let pool = try ProcessPool(workers: 1)
        let jobs = try (0..<5).map { _ in try pool.applyAsync { while true { usleep(1000) } } }
        let map = try pool.mapAsync(0..<10) { $0 }
        pool.terminate()
        for job in jobs {
            let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
            #expect(error?.code == .poolTerminated)
        }
        await #expect(throws: MultiprocessingError.self) { try await map.value }
        try await pool.join()
    }
}
