import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Contexts and captures that are long enough to lie where all workers read them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SharedContextTests {
    private static let table: [Int] = (0..<500_000).map { $0 * 7 }
    private static let tableBytes = 4_000_000

    @Test("A long context is copied once, however many workers use it")
    func aLongContextIsCopiedOnce() async throws {
        let table = Self.table
        try await withProcessPool(workers: 3) { pool async throws in
            // Each worker takes part, because none of them goes on before all have begun.
            let barrier = try SharedBarrier(parties: 3)
            let sums = try await pool.map(0..<3, with: table, chunkSize: 1) { [barrier] item, table in
                _ = try await barrier.wait()
                return table.count + table[item]
            }
            #expect(sums == [500_000, 500_007, 500_014])
            let sent = pool.metrics.bytesSent
            #expect(sent >= Self.tableBytes && sent < Self.tableBytes * 5 / 4)
        }
    }

    @Test("A short context is sent to each worker")
    func aShortContextIsSentToEach() async throws {
        let table = Array(Self.table[..<1000])
        try await withProcessPool(workers: 2) { pool async throws in
            let barrier = try SharedBarrier(parties: 2)
            _ = try await pool.map(0..<2, with: table, chunkSize: 1) { [barrier] item, table in
                _ = try await barrier.wait()
                return table[item]
            }
            #expect(pool.metrics.bytesSent >= 2 * 8000)
        }
    }

    @Test func aLongCaptureTravelsTheSameWay() async throws {
        let table = Self.table
        try await withProcessPool(workers: 2) { pool async throws in
            let barrier = try SharedBarrier(parties: 2)
            let found = try await pool.map(0..<2, chunkSize: 1) { [table, barrier] item in
                _ = try await barrier.wait()
                return table[item + 1]
            }
            #expect(found == [7, 14])
            #expect(pool.metrics.bytesSent < Self.tableBytes * 5 / 4)
        }
    }

    @Test func workersThatComeLaterReadItToo() async throws {
        let table = Self.table
        try await withProcessPool(workers: 1) { pool async throws in
            var lost = 0
            var found: [Int] = []
            let results = pool.imap(0..<40, with: table) { item, table in
                if item % 10 == 9 { kill(getpid(), SIGKILL) }
                return table[item]
            }
            for try await result in results.results {
                switch result {
                case .success(let value): found.append(value)
                case .failure(let error):
                    #expect(error is WorkerDiedError)
                    lost += 1
                }
                if found.count == 20 { try await pool.resize(to: 2) }
            }
            #expect(lost == 4)
            #expect(found == (0..<40).filter { $0 % 10 != 9 }.map { $0 * 7 })
        }
    }

    @Test func itIsGivenBackWithTheLastCall() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            _ = try await pool.map(0..<2, chunkSize: 1) { $0 }
            for round in 0..<5 {
                let table = Self.table.map { $0 + round }
                let found = try await pool.map(0..<8, with: table, chunkSize: 1) { $1[$0] }
                #expect(found == (0..<8).map { $0 * 7 + round })
                let left = try await pool.map(0..<8, chunkSize: 1) { _ in
                    Survey.openDescriptors().filter { Survey.target(of: $0).contains("memfd:mp-shared") }
                        .count
                }
                #expect(left.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func threadsTakeItToo() async throws {
        let table = Self.table
        try await withProcessPool(workers: 2, backend: .threads) { pool async throws in
            let found = try await pool.map(0..<8, with: table, chunkSize: 1) { $1[$0] }
            #expect(found == (0..<8).map { $0 * 7 })
        }
    }
}
