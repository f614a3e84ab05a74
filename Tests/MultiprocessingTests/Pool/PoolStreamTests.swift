import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Counts how many elements were pulled out of it.
final class CountingSequence: Sequence, Sendable {
    let pulled = Atomic<Int>(0)

    func makeIterator() -> AnyIterator<Int> {
        AnyIterator { self.pulled.wrappingAdd(1, ordering: .relaxed).newValue }
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolStreamTests {
    @Test func imapKeepsTheOrder() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results: [Int] = []
            for try await result in pool.imap(0..<500, { $0 * 2 }) { results.append(result) }
            #expect(results == (0..<500).map { $0 * 2 })
        }
    }

    @Test func imapUnorderedGivesEachResultOnce() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results: [Int] = []
            for try await result in pool.imapUnordered(0..<500, chunkSize: 3, { $0 }) {
                results.append(result)
            }
            #expect(results.sorted() == Array(0..<500))
        }
    }

    @Test func aContextIsGivenToEveryElement() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results: [Int] = []
            for try await result in pool.imap(0..<20, with: ["a": 5], { $0 + ($1["a"] ?? 0) }) {
                results.append(result)
            }
            #expect(results == Array(5..<25))
        }
    }

    @Test func anEndlessInputIsPulledWithinABound() async throws {
        let input = CountingSequence()
        try await withProcessPool(workers: 2) { pool async throws in
            var count = 0
            for try await _ in pool.imap(input, { $0 }) {
                count += 1
                if count == 5 { break }
            }
            #expect(input.pulled.load(ordering: .relaxed) <= 200)
            // The pool is as good as new.
            #expect(try await pool.apply(1) { $0 } == 1)
        }
    }

    @Test func nothingIsPulledBeforeTheFirstElementIsAskedFor() async throws {
        let input = CountingSequence()
        try await withProcessPool(workers: 1) { pool async throws in
            _ = pool.imap(input, { $0 })
            #expect(input.pulled.load(ordering: .relaxed) == 0)
        }
    }

    @Test func asynchronousInputIsStreamed() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let (input, feed) = AsyncStream.makeStream(of: Int.self)
            var results = pool.imap(input, { $0 + 1 }).makeAsyncIterator()
            // Each result comes before the next input exists.
            for number in 0..<10 {
                feed.yield(number)
                let next1 = try await results.next()
                #expect(next1 == number + 1)
            }
            feed.finish()
            let next2 = try await results.next()
            #expect(next2 == nil)
        }
    }

    @Test func anInputThatThrowsEndsTheStreamBehindItsResults() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let input = AsyncThrowingStream<Int, any Error> { feed in
                for number in 0..<5 { feed.yield(number) }
                feed.finish(throwing: Plain(text: "input broke"))
            }
            var results: [Int] = []
            await #expect(throws: Plain.self) {
                for try await result in pool.imap(input, { $0 }) { results.append(result) }
            }
            #expect(results == Array(0..<5))
            let second = AsyncThrowingStream<Int, any Error> { $0.finish(throwing: Plain(text: "at once")) }
            await #expect(throws: Plain.self) { try await pool.map(second) { $0 } }
        }
    }

    @Test func aStreamCanBeIteratedOnce() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let results = pool.imap([1, 2], { $0 })
            for try await _ in results {}
            let error = await #expect(throws: MultiprocessingError.self) { for try await _ in results {} }
            #expect(error?.code == .streamConsumed)
        }
    }

    @Test func nextWithALimitDisturbsNothing() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            var results = pool.imap(
                [1, 2], with: gate,
                { number, gate in
                    gate.pass()
                    return number
                }
            ).makeAsyncIterator()
            let error = await #expect(throws: MultiprocessingError.self) {
                try await results.next(within: .milliseconds(1))
            }
            #expect(error?.code == .timeout)
            gate.open()
            let first = try await results.next()
            let second = try await results.next(within: .seconds(60))
            let end = try await results.next()
            #expect(first == 1 && second == 2 && end == nil)
        }
    }

    @Test func resultsGoOnBehindErrors() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var values: [Int] = []
            var failures = 0
            for try await result in pool.imap(0..<10, { try divide(12, by: $0 - 4) }).results {
                switch result {
                case .success(let value): values.append(value)
                case .failure(let error):
                    #expect(error is DivisionByZero)
                    failures += 1
                }
            }
            #expect(failures == 1)
            #expect(values == (0..<10).filter { $0 != 4 }.map { 12 / ($0 - 4) })
        }
    }

    @Test func leavingTheLoopCancelsWhatRuns() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            for try await _ in pool.imap(
                0..<3,
                { (number: Int) -> Int in
                    // Ends only because it is cancelled.
                    while number > 0, !Task.isCancelled { usleep(1000) }
                    return number
                })
            { break }
            #expect(try await pool.apply(9) { $0 } == 9)
        }
    }
}
