import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct LaneQueueTests {
    typealias Rank = LaneQueue.Rank

    /// Everything that is left, in the order in which it goes.
    private static func drain(_ queue: inout LaneQueue, limit: Int = .max) -> [UInt64] {
        var order: [UInt64] = []
        while order.count < limit, let id = queue.first {
            order.append(id)
            queue.popFirst()
        }
        return order
    }

    private static func selecting(_ weights: [ProcessPool.Lane: Int] = [:]) -> LaneQueue {
        var queue = LaneQueue(weights: weights)
        queue.beginSelecting()
        return queue
    }

    @Test func oneRankIsALine() {
        var queue = LaneQueue()
        for id in 1...5 as ClosedRange<UInt64> { queue.append(id, .usual) }
        queue.prepend(9, .usual)
        #expect(!queue.isSelective)
        #expect(Self.drain(&queue) == [9, 1, 2, 3, 4, 5])
        #expect(queue.isEmpty)
    }

    @Test func whatWaitedBeforeStaysInOrder() {
        var queue = LaneQueue()
        for id in 1...3 as ClosedRange<UInt64> { queue.append(id, .usual) }
        queue.beginSelecting()
        queue.append(4, Rank(priority: 25))
        queue.prepend(0, .usual)
        #expect(Self.drain(&queue) == [4, 0, 1, 2, 3])
    }

    @Test func theMoreImportantGoesFirst() {
        var queue = Self.selecting()
        for (id, priority) in [(1, 21), (2, 9), (3, 25), (4, 21), (5, 25)] as [(UInt64, UInt8)] {
            queue.append(id, Rank(priority: priority))
        }
        #expect(Self.drain(&queue) == [3, 5, 1, 4, 2])
    }

    @Test func theLeastImportantDoesNotWaitForEver() throws {
        var queue = Self.selecting()
        queue.append(1, Rank(priority: 9))
        for id in 2...100 as ClosedRange<UInt64> { queue.append(id, Rank(priority: 25)) }
        let order = Self.drain(&queue)
        let place = try #require(order.firstIndex(of: 1))
        #expect(place == LaneQueue.patience - 1)
        #expect(order.filter { $0 != 1 } == Array(2...100))
    }

    @Test func lanesShareByWeight() {
        var queue = Self.selecting(["a": 3, "b": 1])
        for id in 0..<100 as Range<UInt64> {
            queue.append(id, Rank(lane: "a"))
            queue.append(1000 + id, Rank(lane: "b"))
        }
        let first = Self.drain(&queue, limit: 40)
        #expect((29...31).contains(first.filter { $0 < 1000 }.count))
        // Nobody's share is in one piece.
        for start in 0..<36 { #expect(first[start..<(start + 4)].contains { $0 >= 1000 }) }
        #expect(first.filter { $0 < 1000 } == Array(0..<UInt64(first.filter { $0 < 1000 }.count)))
    }

    @Test func aLaneThatWasIdleGetsItsShareAndNotMore() {
        var queue = Self.selecting()
        for id in 0..<200 as Range<UInt64> { queue.append(id, Rank(lane: "a")) }
        _ = Self.drain(&queue, limit: 100)
        for id in 1000..<1100 as Range<UInt64> { queue.append(id, Rank(lane: "b")) }
        let next = Self.drain(&queue, limit: 20)
        #expect((9...11).contains(next.filter { $0 >= 1000 }.count))
    }

    @Test func whatWasWithdrawnIsNotPaidFor() {
        var queue = Self.selecting()
        for id in 0..<50 as Range<UInt64> { queue.append(id, Rank(lane: "a")) }
        for id in 1000..<1010 as Range<UInt64> { queue.append(id, Rank(lane: "b")) }
        var taken: [UInt64] = []
        while taken.count < 10, let id = queue.first {
            let isWithdrawn = id < 40
            queue.popFirst(isPaid: !isWithdrawn)
            if !isWithdrawn { taken.append(id) }
        }
        #expect((4...6).contains(taken.filter { $0 >= 1000 }.count))
    }

    @Test func whatGoesOnHasUsedItsTurn() {
        for isPaidBack in [true, false] {
            var queue = Self.selecting()
            for id in 0..<20 as Range<UInt64> { queue.append(id, Rank(lane: "a")) }
            for id in 1000..<1020 as Range<UInt64> { queue.append(id, Rank(lane: "b")) }
            var turns = 0
            // One chunk that goes on and on.
            for _ in 0..<10 where queue.first ?? 1000 < 1000 {
                queue.popFirst()
                queue.prepend(0, Rank(lane: "a"), isPaidBack: isPaidBack)
                turns += 1
            }
            #expect(isPaidBack ? turns == 10 : turns <= 2)
        }
    }

    @Test func manyLanesComeAndGo() {
        var queue = Self.selecting()
        for round in 0..<500 as Range<UInt64> {
            queue.append(round, Rank(lane: ProcessPool.Lane("customer \(round)")))
            if round % 2 == 1 { #expect(Self.drain(&queue, limit: 2).count == 2) }
        }
        #expect(queue.isEmpty)
    }

    /// Whatever comes and goes: nothing is lost, nothing comes twice, and each rank keeps its order.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func walks(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let lanes: [ProcessPool.Lane] = ["a", "b", "c", .standard]
        var queue = LaneQueue(weights: ["a": 1 + Int(seed % 7), "b": 2])
        var ranks: [UInt64: Rank] = [:]
        var waiting: [Rank: [UInt64]] = [:]
        var nextID: UInt64 = 1
        for _ in 0..<3000 {
            switch generator.next() % 10 {
            case 0..<5:
                let rank =
                    queue.isSelective
                    ? Rank(
                        lane: lanes[Int(generator.next() % 4)], priority: UInt8(9 + generator.next() % 3))
                    : queue.uniformRank
                ranks[nextID] = rank
                waiting[rank, default: []].append(nextID)
                queue.append(nextID, rank)
                nextID += 1
            case 5..<8:
                guard let id = queue.first else {
                    #expect(waiting.values.allSatisfy { $0.isEmpty })
                    continue
                }
                let rank = try #require(ranks[id])
                #expect(waiting[rank]?.first == id)
                queue.popFirst(isPaid: Bool.random(using: &generator))
                if generator.next() % 4 == 0 {
                    queue.prepend(id, rank)
                } else {
                    waiting[rank]?.removeFirst()
                }
            case 8: queue.beginSelecting()
            default: if queue.isEmpty { queue.reset(to: Rank(lane: "c", priority: 17)) }
            }
        }
        let left = Self.drain(&queue)
        #expect(left.sorted() == waiting.values.flatMap { $0 }.sorted())
    }
}
