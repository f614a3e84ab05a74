import Foundation
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Arguments and results that are longer than the rings, and go through them in pieces.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LongestMessageTests {
    private static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        var generator = SplitMix64(state: UInt64(seed))
        var words = (0..<(count / 8 + 1)).map { _ in generator.next() }
        return words.withUnsafeMutableBytes { Array($0[..<count]) }
    }

    @Test(arguments: [ProcessPool.Backend.processes, .threads])
    func everyKindOfValueComesBackWhole(backend: ProcessPool.Backend) async throws {
        try await withProcessPool(workers: 2, backend: backend) { pool async throws in
            try await LongMemory.open(in: pool, backend: backend)
            let bytes = Self.bytes(5_000_001, 3)
            #expect(try await pool.apply(bytes) { $0 } == bytes)
            let numbers = (0..<600_000).map { Double($0) / 7 }
            #expect(try await pool.apply(numbers) { $0.map { -$0 } } == numbers.map { -$0 })
            let flags = (0..<2_200_000).map { $0 % 3 == 0 }
            #expect(try await pool.apply(flags) { $0 } == flags)
            // What is no array of numbers goes as bytes.
            let data = Data(bytes)
            #expect(try await pool.apply(data) { $0 } == data)
            let text = String(repeating: "lång ", count: 500_000)
            #expect(try await pool.apply(text) { $0 + "!" } == text + "!")
            let nested = [bytes]
            #expect(try await pool.apply(nested) { $0 } == nested)
        }
    }

    @Test func severalArgumentsKeepTheirPlaces() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            try await LongMemory.open(in: pool)
            let (first, last) = (Self.bytes(3_000_000, 5), (0..<300_000).map { Int64($0) })
            let found = try await pool.apply(first, "between", last) { first, text, last in
                [text, "\(first.count)", "\(first.reduce(0) { $0 &+ Int($1) })", "\(last.reduce(0, +))"]
            }
            let sum = first.reduce(0) { $0 &+ Int($1) }
            #expect(found == ["between", "3000000", "\(sum)", "\(last.reduce(0, +))"])
        }
    }

    /// A chunk of several items is read as a whole.
    @Test func severalItemsOfAChunkComeBack() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await LongMemory.open(in: pool)
            let inputs = (0..<5).map { Self.bytes(700_000 + $0, $0) }
            let outputs = try await pool.map(inputs, chunkSize: 4) { Array($0.reversed()) }
            #expect(outputs.map { Array($0.reversed()) } == inputs)
        }
    }

    @Test func aBodyMayChangeItsArgument() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            try await LongMemory.open(in: pool)
            let input = [UInt8](repeating: 8, count: 20_000_000)
            var expected = input
            expected[7] ^= 0xFF
            let output = try await pool.apply(input) { bytes in
                var bytes = bytes
                bytes[7] ^= 0xFF
                return bytes
            }
            #expect(output == expected)
        }
    }

    /// Results that nobody has taken yet are in the ring when longer ones come, and short ones follow.
    @Test(arguments: [1, 2])
    func theyPassWhatNobodyHasTaken(workers: Int) async throws {
        try await withProcessPool(workers: workers) { pool async throws in
            try await LongMemory.open(in: pool)
            let counts = (0..<24).map { $0 % 4 == 3 ? 12_000_000 + $0 : $0 % 4 == 2 ? $0 : 900_000 + $0 }
            let jobs = try counts.map { count in
                try pool.applyAsync(count) { [UInt8](repeating: UInt8($0 % 251), count: $0) }
            }
            // The last ones first.
            for (count, job) in zip(counts, jobs).reversed() {
                let value = try await job.value
                #expect(value.count == count && value == [UInt8](repeating: UInt8(count % 251), count: count))
            }
        }
    }

    @Test("Workers that are killed while long messages are on their way cost their tasks and no other")
    func killedInTheMiddle() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = .retry(max: 100)
        configuration.quarantineLimit = 100
        try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
            try await LongMemory.open(in: pool)
            let inputs = (0..<30).map { [UInt8](repeating: UInt8($0), count: 6_000_000 + $0) }
            var (seen, kills) = (Set<Int>(), 0)
            for try await output in pool.imapUnordered(inputs, chunkSize: 1, { $0 }) {
                let index = output.count - 6_000_000
                #expect(output == inputs[index])
                #expect(seen.insert(index).inserted)
                // Another one is in the middle of something, whatever that is.
                if seen.count % 4 == 1, let victim = pool.workerStatuses.randomElement()?.processID {
                    kill(victim, SIGKILL)
                    kills += 1
                }
            }
            #expect(seen.count == inputs.count && kills > 0)
        }
    }

    @Test("A pool of threads that is stopped while long messages are on their way ends")
    func threadsAreGivenUp() async throws {
        for _ in 0..<3 {
            let pool = try ProcessPool(workers: 2, backend: .threads)
            try await LongMemory.open(in: pool, backend: .threads)
            let jobs = try (0..<6).map { number in
                try pool.applyAsync([UInt8](repeating: UInt8(number), count: 20_000_000)) { $0 }
            }
            pool.terminate()
            for job in jobs { _ = try? await job.value }
            try await pool.join()
        }
    }
}
