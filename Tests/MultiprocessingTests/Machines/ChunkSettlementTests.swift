import Testing

@testable import Multiprocessing

@Suite struct ChunkSettlementTests {
    private func settle(
        answered: Int = 0, begun: Int, count: Int = 10, _ policy: WorkerDeathPolicy, earlier: Int = 0
    ) -> ChunkSettlement {
        ChunkSettlement(
            answered: answered, begun: begun, count: count, policy: policy, earlier: earlier, quarantine: 3)
    }

    @Test(arguments: [WorkerDeathPolicy.failTask, .retry(max: 2), .breakPool])
    func whatWasNotBegunRunsElsewhere(policy: WorkerDeathPolicy) {
        let fresh = settle(begun: 0, policy)
        #expect(fresh.lost.isEmpty && fresh.again == [0..<10] && fresh.deaths == 0)
        let between = settle(answered: 4, begun: 4, policy)
        #expect(between.lost.isEmpty && between.again == [4..<10])
        let done = settle(answered: 10, begun: 10, policy)
        #expect(done.lost.isEmpty && done.again.isEmpty)
    }

    @Test func withoutRetryAllThatWasBegunIsLost() {
        let settlement = settle(answered: 2, begun: 5, .failTask)
        #expect(settlement.lost == 2..<5)
        #expect(settlement.again == [5..<10])
        #expect(settle(answered: 9, begun: 10, .breakPool).again.isEmpty)
    }

    @Test func withRetryNothingIsLostAtFirst() {
        let settlement = settle(answered: 2, begun: 5, .retry(max: 2))
        #expect(settlement.lost.isEmpty)
        #expect(settlement.again == [2..<10])
        #expect(settlement.deaths == 1)
        #expect(settle(begun: 5, .retry(max: 0)).lost == 4..<5)
    }

    @Test func anItemThatEndsTooManyWorkersIsLostAndSplitsItsChunk() {
        let last = settle(answered: 2, begun: 5, .retry(max: 1), earlier: 1)
        #expect(last.lost == 4..<5)
        #expect(last.again == [2..<4, 5..<10])
        #expect(last.deaths == 2 && !last.isQuarantined)
        let poison = settle(begun: 1, count: 1, .retry(max: 100), earlier: 2)
        #expect(poison.lost == 0..<1 && poison.again.isEmpty && poison.isQuarantined)
    }

    @Test("FWK-02: every item is seen to once, whatever a worker claims to have begun")
    func everyItemIsSeenToOnce() {
        for policy in [WorkerDeathPolicy.failTask, .retry(max: 0), .retry(max: 5), .breakPool] {
            for count in 1...5 {
                for answered in 0...count {
                    for begun in [-1, 0, 1, 2, 3, 4, 5, 6, .max] {
                        let settlement = settle(answered: answered, begun: begun, count: count, policy)
                        let seen = settlement.again.flatMap { $0 } + settlement.lost
                        #expect(seen.sorted() == Array(answered..<count))
                    }
                }
            }
        }
    }
}
