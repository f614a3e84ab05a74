import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What CPython's tests ask of `map` and the streams.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolMapTests {
    @Test("MAP-01 MAP-02 MAP-03 MAP-18: maps give results in the order of the input")
    func mapsKeepTheOrder() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            #expect(try await pool.map(0..<10) { $0 * $0 } == (0..<10).map { $0 * $0 })
            #expect(try await pool.map(0..<100, chunkSize: 20) { $0 * $0 } == (0..<100).map { $0 * $0 })
            let pairs = Array(zip(0..<100, 100..<200))
            #expect(try await pool.starmap(pairs, chunkSize: 20) { $0 * $1 } == pairs.map { $0 * $1 })
            #expect(try await pool.starmapAsync(pairs) { $0 * $1 }.value == pairs.map { $0 * $1 })
            #expect(try await pool.mapAsync(0..<10) { $0 * $0 }.value == (0..<10).map { $0 * $0 })
            // Two inputs end with the shorter one.
            #expect(try await pool.starmap(zip(1...3, [10, 20])) { $0 + $1 } == [11, 22])
        }
    }

    @Test("MAP-05: no input, no results")
    func noInput() async throws {
        let none = [Int]()
        try await withProcessPool(workers: 1) { pool async throws in
            #expect(try await pool.map(none) { $0 } == [])
            #expect(try await pool.mapResults(none) { $0 }.isEmpty)
            #expect(try await pool.mapAsync(none) { $0 }.value == [])
            for try await _ in pool.imap(none, { $0 }) { Issue.record("there is nothing") }
            for try await _ in pool.imapUnordered(none, { $0 }) { Issue.record("there is nothing") }
        }
    }

    @Test("MAP-07 MAP-09: streams of 10, and of 1000 in chunks of 100", arguments: [(10, 1), (1000, 100)])
    func streams(count: Int, chunkSize: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var ordered: [Int] = []
            var iterator = pool.imap(0..<count, chunkSize: chunkSize, { $0 * $0 }).makeAsyncIterator()
            while let value = try await iterator.next() { ordered.append(value) }
            #expect(ordered == (0..<count).map { $0 * $0 })
            let after = try await iterator.next()
            #expect(after == nil)
            var unordered: [Int] = []
            for try await value in pool.imapUnordered(0..<count, chunkSize: chunkSize, { $0 * $0 }) {
                unordered.append(value)
            }
            #expect(unordered.sorted() == ordered)
        }
    }

    @Test("MAP-10: what comes before the input's error is right and comes once")
    func whatComesBeforeTheInputsError() async throws {
        let input = AsyncThrowingStream<Int, any Error> { feed in
            for number in 0..<10 { feed.yield(number) }
            feed.finish(throwing: Plain(text: "the input broke"))
        }
        try await withProcessPool(workers: 2) { pool async throws in
            var seen: [Int] = []
            let error = await #expect(throws: Plain.self) {
                for try await value in pool.imapUnordered(input, { $0 * 3 }) { seen.append(value) }
            }
            // PER-03: it was thrown here, and comes as it was.
            #expect(error?.text == "the input broke")
            #expect(Set(seen).count == seen.count)
            #expect(seen.allSatisfy { $0 % 3 == 0 && (0..<30).contains($0) })
        }
    }

    @Test("PER-03: an error of the input comes out of a map as it was thrown")
    func anErrorOfTheInput() async throws {
        let input = AsyncThrowingStream<Int, any Error> { $0.finish(throwing: DivisionByZero(numerator: 3)) }
        try await withProcessPool(workers: 1) { pool async throws in
            _ = await #expect(throws: DivisionByZero(numerator: 3)) { try await pool.map(input) { $0 } }
        }
    }

    @Test("MAP-11: the size of chunks changes nothing", arguments: [6, 40, 50])
    func theSizeOfChunksChangesNothing(size: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            #expect(try await pool.map(0..<40, chunkSize: size) { $0 + 1 } == Array(1...40))
            let refused = await #expect(throws: MultiprocessingError.self) {
                try await pool.map(0..<40, chunkSize: -1) { $0 }
            }
            #expect(refused?.code == .invalidArgument)
        }
    }

    @Test("MAP-12 MAP-20: a failed item throws at its place, and the later ones come", arguments: [1, 3])
    func aFailedItemThrowsAtItsPlace(chunkSize: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results = pool.imap(0..<12, chunkSize: chunkSize, { try divide(12, by: $0 - 5) })
                .makeAsyncIterator()
            var places: [String] = []
            while true {
                do {
                    guard let value = try await results.next() else { break }
                    places.append("\(value)")
                } catch is DivisionByZero {
                    places.append("error")
                }
            }
            #expect(places == (0..<12).map { $0 == 5 ? "error" : "\(12 / ($0 - 5))" })
        }
    }

    @Test("MAP-15: a stream that was left is over")
    func aStreamThatWasLeft() async throws {
        let marks = try SharedArray(repeating: 0, count: 1000)
        try await withProcessPool(workers: 1) { pool async throws in
            var count = 0
            for try await _ in pool.imap(
                0..<1000, with: marks,
                { item, marks in
                    marks[item] = 1
                    usleep(100)
                    return item
                })
            {
                count += 1
                if count == 3 { break }
            }
            #expect(try await pool.apply(1) { $0 } == 1)
            #expect(marks.reduce(0, +) < 1000)
        }
    }

    @Test("MAP-21: cancelling after the first result ends the stream, and what was under way never runs")
    func cancellingAfterTheFirstResult() async throws {
        let marks = try SharedArray(repeating: 0, count: 50)
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            let (firsts, feed) = AsyncStream.makeStream(of: Int.self)
            let task = Task {
                var rest: [Int] = []
                for try await item in pool.imap(
                    0..<50, with: Marked(marks: marks, gate: gate),
                    {
                        item, shared in
                        if item == 1 { shared.gate.pass() }
                        shared.marks[item] = 1
                        return item
                    })
                {
                    rest.append(item)
                    feed.yield(item)
                }
                return rest
            }
            for await _ in firsts { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            gate.open()
            #expect(try await pool.apply(1) { $0 } == 1)
            #expect(marks[0] == 1)
            #expect(marks.dropFirst(2).allSatisfy { $0 == 0 })
        }
    }

    @Test("MAP-22: a take with a limit loses nothing")
    func aTakeWithALimitLosesNothing() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            var results = pool.imap(
                [5], with: gate,
                { item, gate in
                    gate.pass()
                    return item
                }
            ).makeAsyncIterator()
            for limit in [Duration.zero, .milliseconds(1), .milliseconds(5)] {
                let error = await #expect(throws: MultiprocessingError.self) {
                    try await results.next(within: limit)
                }
                #expect(error?.code == .timeout)
            }
            gate.open()
            let value = try await results.next(within: .seconds(600))
            #expect(value == 5)
        }
    }

    @Test func resultsOfAMapAreValuesOrErrors() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let results = try await pool.mapResults(0..<20, chunkSize: 3) { try divide(60, by: $0 - 7) }
            #expect(results.count == 20)
            for (item, result) in results.enumerated() {
                switch result {
                case .success(let value): #expect(value == 60 / (item - 7))
                case .failure(let error): #expect(item == 7 && error is DivisionByZero)
                }
            }
            let unencodable = try await pool.mapResults((1...4).map(Fussy.init)) { $0.number }
            #expect(unencodable.map { try? $0.get() } == [nil, 2, nil, 4])
        }
    }
}

private struct Marked: Codable, Sendable {
    let marks: SharedArray<Int>
    let gate: FileGate
}
