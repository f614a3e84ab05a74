import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Arguments and results of every size, which travel in different ways.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LongMessageTests {
    /// Around what goes through the usual ring, through the long one, and through neither in one piece.
    static let sizes: [Int] = {
        let borders: [Int] = [65_536, 131_072, 262_144, 1_048_576, 2_097_152, 4_194_304]
        return [0, 1, 1000]
            + borders.flatMap { (border: Int) -> [Int] in [border - 100, border, border + 100] }
    }()

    private static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        var generator = SplitMix64(state: UInt64(seed))
        var words = (0..<(count / 8 + 1)).map { _ in generator.next() }
        return words.withUnsafeMutableBytes { Array($0[..<count]) }
    }

    @Test func everySizeGoesThereAndBack() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            for round in 0..<2 {
                let inputs = Self.sizes.map { Self.bytes($0, $0 + round) }
                let outputs = try await pool.map(inputs, chunkSize: 1) { Array($0.reversed()) }
                #expect(outputs.map { Array($0.reversed()) } == inputs)
            }
        }
    }

    @Test(arguments: [1, 3])
    func shortAndLongOnesStayInOrder(chunkSize: Int) async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let counts = (0..<60).map { $0 % 3 == 0 ? 1_000_000 : $0 }
            var position = 0
            for try await result in pool.imap(counts, chunkSize: chunkSize, { Data(repeating: 7, count: $0) })
            {
                #expect(result == Data(repeating: 7, count: counts[position]))
                position += 1
            }
            #expect(position == counts.count)
        }
    }

    @Test("PCR-27: A 100 MB argument and result come back whole.")
    func aHundredMegabytesComeBackWhole() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let input = Self.bytes(100_000_000, 1)
            #expect(try await pool.apply(input) { $0 } == input)
        }
    }

    @Test("PCR-26: Ten tasks of 100 MiB, one waited for, the rest given up: the pool ends.")
    func tenHugeTasksAreGivenUp() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let jobs = try (0..<10).map { number in
                try pool.applyAsync(Data(repeating: UInt8(number), count: 100 << 20)) { $0.count }
            }
            #expect(try await jobs[0].value == 100 << 20)
            for job in jobs { job.cancel() }
            for job in jobs[1...] {
                // Some were done by then.
                _ = try? await job.value
            }
        }
    }

    @Test("PCR-28: A pool that is stopped while 100 MB are on their way ends.")
    func aPoolEndsWhileMuchIsOnItsWay() async throws {
        let pool = try ProcessPool(workers: 1)
        let job = try pool.applyAsync(Data(repeating: 1, count: 100_000_000)) { $0 }
        pool.terminate()
        await #expect(throws: MultiprocessingError.self) { try await job.value }
        try await pool.join()
    }

    @Test func workersThatDieWithLongMessagesAreReplaced() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var (values, lost) = ([Int](), [Int]())
            let inputs = (0..<60).map { [UInt8](repeating: UInt8($0), count: 300_000 + $0) }
            var position = 0
            for try await result in pool.imap(
                inputs,
                { (bytes: [UInt8]) -> [UInt8] in
                    if bytes[0] % 20 == 13 { kill(getpid(), SIGKILL) }
                    return bytes
                }
            ).results {
                switch result {
                case .success(let bytes):
                    #expect(bytes == inputs[position])
                    values.append(position)
                case .failure(let error as WorkerDiedError):
                    #expect(error.item == position)
                    lost.append(position)
                case .failure(let error): Issue.record(error)
                }
                position += 1
            }
            #expect(lost == [13, 33, 53])
            #expect(values.count == 57)
        }
    }
}
