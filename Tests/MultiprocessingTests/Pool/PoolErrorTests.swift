import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)), .startsProcesses) struct PoolErrorTests {
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
