import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Plain numbers travel side by side; everything comes out as it would without that.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PackedFormTests {
    /// Sizes around every border: one item, one stretch, one run, a whole ring.
    static let counts = [0, 1, 2, 3, 63, 64, 65, 1023, 1024, 1025, 8191, 8192, 8193, 40_000]

    private func check<T: FixedWidthInteger & Codable & Sendable>(_ type: T.Type, _ pool: ProcessPool)
        async throws
    {
        var generator = SplitMix64(state: 3)
        let inputs = [T.min, T.max, 0, 1] + (0..<500).map { _ in T(truncatingIfNeeded: generator.next()) }
        let outputs = try await pool.map(inputs) { ~$0 }
        #expect(outputs == inputs.map { ~$0 }, "\(type)")
        let ordered = try await pool.map(inputs, chunkSize: 7) { $0 }
        #expect(ordered == inputs, "\(type)")
        var streamed: [T] = []
        for try await value in pool.imap(inputs, chunkSize: 100, { $0 }) { streamed.append(value) }
        #expect(streamed == inputs, "\(type)")
    }

    @Test func integersOfEveryWidth() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await check(Int.self, pool)
            try await check(Int8.self, pool)
            try await check(Int16.self, pool)
            try await check(Int32.self, pool)
            try await check(Int64.self, pool)
            try await check(Int128.self, pool)
            try await check(UInt.self, pool)
            try await check(UInt8.self, pool)
            try await check(UInt16.self, pool)
            try await check(UInt32.self, pool)
            try await check(UInt64.self, pool)
            try await check(UInt128.self, pool)
        }
    }

    @Test func floatsKeepEveryBit() async throws {
        let patterns: [UInt64] = [
            0, 1 << 63, 0x7FF0_0000_0000_0001, 0x7FF8_0000_0000_1234, 0xFFF8_0000_0000_0000, 1,
            Double.infinity.bitPattern, Double.pi.bitPattern,
        ]
        try await withProcessPool(workers: 2) { pool async throws in
            let doubles = try await pool.map(patterns.map { Double(bitPattern: $0) }) { $0 }
            #expect(doubles.map(\.bitPattern) == patterns)
            let short = patterns.map { UInt32(truncatingIfNeeded: $0 >> 32) }
            let floats = try await pool.map(short.map { Float(bitPattern: $0) }) { $0 }
            #expect(floats.map(\.bitPattern) == short)
        }
    }

    @Test func booleansAndWhatIsNotPlain() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let numbers = Array(0..<300)
            #expect(try await pool.map(numbers) { $0 % 3 == 0 } == numbers.map { $0 % 3 == 0 })
            #expect(try await pool.map(numbers.map { $0 % 2 == 0 }) { !$0 } == numbers.map { $0 % 2 != 0 })
            // One side plain, the other one not.
            #expect(try await pool.map(numbers) { "\($0)" } == numbers.map { "\($0)" })
            #expect(try await pool.map(numbers.map { "\($0)" }) { $0.count } == numbers.map { "\($0)".count })
            // Optionals are encoded.
            let optional = numbers.map { $0 % 2 == 0 ? $0 : nil }
            #expect(try await pool.map(optional) { $0.map { $0 + 1 } } == optional.map { $0.map { $0 + 1 } })
            #expect(
                try await pool.map(numbers) { $0 % 5 == 0 ? nil : $0 }
                    == numbers.map { $0 % 5 == 0 ? nil : $0 })
        }
    }

    @Test func tuplesOfNumbers() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let pairs = (0..<1000).map { ($0, $0 * 2) }
            #expect(try await pool.starmap(pairs) { $0 * $1 } == pairs.map { $0.0 * $0.1 })
            // With a gap between the two, which is not sent.
            let gaps = (0..<1000).map { (Int8($0 % 100), $0) }
            #expect(try await pool.starmap(gaps) { Int($0) + $1 } == gaps.map { Int($0.0) + $0.1 })
            let mixed = (0..<100).map { ("\($0)", $0) }
            #expect(try await pool.starmap(mixed) { $0.count + $1 } == mixed.map { $0.0.count + $0.1 })
        }
    }

    @Test(arguments: counts)
    func everyCountComesBackInOrder(count: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let inputs = 0..<count
            let expected = inputs.map { $0 * 3 }
            #expect(try await pool.map(inputs) { $0 * 3 } == expected)
            #expect(try await pool.map(Array(inputs), chunkSize: max(1, count)) { $0 * 3 } == expected)
            #expect(try await pool.mapAsync(inputs) { $0 * 3 }.value == expected)
            // Closures without a result have nothing to send back.
            try await pool.map(inputs) { (_: Int) in }
        }
    }

    @Test func anErrorInTheMiddleComesOutAtItsPlace() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var (values, errors) = ([Int](), [Int]())
            var position = 0
            for try await result in pool.imap(
                0..<1000, chunkSize: 250,
                { (item: Int) throws -> Int in
                    if item % 100 == 37 { throw DivisionByZero(numerator: item) }
                    return item
                }
            ).results {
                switch result {
                case .success(let value):
                    #expect(value == position)
                    values.append(value)
                case .failure(let error):
                    #expect(error as? DivisionByZero == DivisionByZero(numerator: position))
                    errors.append(position)
                }
                position += 1
            }
            #expect(values.count == 990)
            #expect(errors == (0..<10).map { $0 * 100 + 37 })
        }
    }

    /// Values that were there when the worker died are kept, although it had not handed them over.
    @Test(arguments: [10, 500, 4000])
    func whatWasFinishedSurvivesTheWorker(item fatal: Int) async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var values: [Int] = []
            var lost: [Int] = []
            for try await result in pool.imap(
                0..<5000, chunkSize: 5000,
                { (item: Int) -> Int in
                    if item == fatal { kill(getpid(), SIGKILL) }
                    return item
                }
            ).results {
                switch result {
                case .success(let value): values.append(value)
                case .failure(let error as WorkerDiedError): lost.append(error.item)
                case .failure(let error): Issue.record(error)
                }
            }
            #expect(lost == [fatal])
            #expect(values == Array(0..<5000).filter { $0 != fatal })
        }
    }

    @Test func aBodyThatSuspendsInTheMiddleGoesOn() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let outputs = try await pool.map(0..<300, chunkSize: 50) { (item: Int) in
                if item % 10 == 3 { try await Task.sleep(for: .milliseconds(1)) }
                if item % 10 == 7 { await Task.yield() }
                return item + 1
            }
            #expect(outputs == Array(1...300))
        }
    }

    @Test func aClosedPoolStillFinishesAMap() async throws {
        let pool = try ProcessPool(workers: 2)
        let begun = try SharedEvent()
        async let outputs = pool.map(0..<20_000) { (item: Int) in
            if item == 0 { begun.set() }
            return item
        }
        try await begun.wait()
        pool.close()
        #expect(try await outputs == Array(0..<20_000))
        try await pool.join()
    }

    /// In a stream the next item may take for ever, so nothing waits for it.
    @Test(arguments: [1, 2, 5, 100])
    func aValueDoesNotWaitForTheItemBehindIt(stuck: Int) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            var seen = 0
            for try await value in pool.imap(
                0..<(stuck + 1), chunkSize: stuck + 1,
                { (item: Int) -> Int in
                    if item == stuck { gate.pass() }
                    return item
                })
            {
                #expect(value == seen)
                seen += 1
                if seen == stuck { gate.open() }
            }
            #expect(seen == stuck + 1)
        }
    }
}
