import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Workers are killed at random moments while streams run; each item comes out once, as its value or as lost.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct KillCampaignTests {
    /// Kills in each campaign; a larger number in the environment makes it a nightly one.
    static let kills = Campaign.count("KILLS") ?? 60

    @Test(arguments: [UInt64(1), 2], [1, 7])
    func eachItemComesOutOnce(seed: UInt64, chunkSize: Int) async throws {
        var generator = SplitMix64(state: seed)
        let items = Self.kills * 40
        try await withProcessPool(workers: 2) { pool async throws in
            var values: [Int: Int] = [:]
            var lost: [Int: Int] = [:]
            var kills = 0
            var results = pool.imapUnordered(
                0..<items, chunkSize: chunkSize,
                { (item: Int) -> [Int] in
                    usleep(UInt32(item % 7) * 100)
                    return [item, Int(getpid())]
                }
            ).makeAsyncIterator()
            while true {
                do {
                    guard let result = try await results.next() else { break }
                    values[result[0], default: 0] += 1
                    if kills < Self.kills, generator.next() % 40 == 0 {
                        kill(pid_t(result[1]), SIGKILL)
                        kills += 1
                    }
                } catch let error as WorkerDiedError {
                    #expect(error.status == .signaled(SIGKILL))
                    lost[error.item, default: 0] += 1
                }
            }
            print(
                "seed \(seed), chunks of \(chunkSize): \(kills) kills, \(lost.count) of \(items) items lost")
            #expect(kills > 0)
            #expect(lost.count <= kills)
            for item in 0..<items {
                #expect(values[item, default: 0] + lost[item, default: 0] == 1, "item \(item), seed \(seed)")
            }
        }
    }

    /// The same with plain numbers in long chunks, of which many are finished before the pool is told of them.
    @Test(arguments: [UInt64(3), 4])
    func eachPackedItemComesOutOnce(seed: UInt64) async throws {
        var generator = SplitMix64(state: seed)
        let items = Self.kills * 400
        try await withProcessPool(workers: 2) { pool async throws in
            var values = [Int](repeating: 0, count: items)
            var lost: [Int: Int] = [:]
            var kills = 0
            let pids = try await pool.map(0..<50, chunkSize: 1) { (_: Int) in
                usleep(1000)
                return Int(getpid())
            }
            var known = Set(pids)
            var results = pool.imapUnordered(
                0..<items, chunkSize: 100,
                { (item: Int) -> Int in
                    if item % 50 == 0 { usleep(100) }
                    // The value says which item it belongs to and who computed it.
                    return item << 32 | Int(getpid())
                }
            ).makeAsyncIterator()
            while true {
                do {
                    guard let result = try await results.next() else { break }
                    values[result >> 32] += 1
                    known.insert(result & 0xFFFF_FFFF)
                    if kills < Self.kills, generator.next() % 400 == 0 {
                        kill(pid_t(result & 0xFFFF_FFFF), SIGKILL)
                        kills += 1
                    }
                } catch let error as WorkerDiedError {
                    #expect(error.status == .signaled(SIGKILL))
                    lost[error.item, default: 0] += 1
                }
            }
            print("seed \(seed), packed: \(kills) kills, \(lost.count) of \(items) items lost")
            #expect(kills > 0)
            #expect(known.count > 2)
            // A worker loses the one item that it had begun.
            #expect(lost.count <= kills)
            for item in 0..<items {
                #expect(values[item] + lost[item, default: 0] == 1, "item \(item), seed \(seed)")
            }
        }
    }
}
