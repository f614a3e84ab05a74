import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite struct DeadlineHeapTests {
    private func moment(_ nanoseconds: UInt64) -> Deadline { Deadline(nanoseconds: nanoseconds) }

    @Test func anEmptyHeapHasNothing() {
        var heap = DeadlineHeap<Int>()
        #expect(heap.isEmpty)
        let earliest = heap.earliest
        #expect(earliest == nil)
        let (due, cancelled) = (heap.due(at: moment(.max)), heap.cancel(1))
        #expect(due == [] && cancelled == nil)
    }

    @Test func theMomentItselfIsDue() {
        var heap = DeadlineHeap<String>()
        _ = heap.add("late", at: moment(11))
        _ = heap.add("now", at: moment(10))
        let (before, at) = (heap.due(at: moment(9)), heap.due(at: moment(10)))
        #expect(before == [] && at == ["now"])
        let earliest = heap.earliest
        #expect(earliest == moment(11))
    }

    @Test func whatWasCancelledIsNeverDueAndIsGivenBackOnce() {
        var heap = DeadlineHeap<String>()
        let first = heap.add("first", at: moment(1))
        let second = heap.add("second", at: moment(2))
        let cancelled = [heap.cancel(first), heap.cancel(first), heap.cancel(999)]
        #expect(cancelled == ["first", nil, nil])
        let earliest = heap.earliest
        #expect(earliest == moment(2))
        let due = heap.due(at: moment(5))
        #expect(due == ["second"])
        let late = heap.cancel(second)
        #expect(late == nil)
        #expect(heap.isEmpty)
    }

    /// Cancelling nearly everything goes through the compaction many times.
    @Test func theFewThatAreLeftComeInOrder() {
        var heap = DeadlineHeap<Int>()
        var generator = SplitMix64(state: 3)
        let numbers = (0..<10_000).shuffled(using: &generator)
        let ids = numbers.map { ($0, heap.add($0, at: moment(UInt64($0)))) }
        for (number, id) in ids where number % 100 != 0 {
            let cancelled = heap.cancel(id)
            #expect(cancelled == number)
        }
        let due = heap.due(at: moment(.max))
        #expect(due == Array(stride(from: 0, to: 10_000, by: 100)))
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func itDoesWhatASortedListDoes(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        var heap = DeadlineHeap<Int>()
        var model: [UInt64: (deadline: UInt64, content: Int)] = [:]
        var now: UInt64 = 0
        for number in 0..<5000 {
            switch generator.next() % 10 {
            case 0..<5:
                let deadline = now + generator.next() % 1000
                model[heap.add(number, at: moment(deadline))] = (deadline, number)
            case 5..<8:
                // Sometimes one that is gone.
                let id = generator.next() % UInt64(number + 1)
                let cancelled = heap.cancel(id)
                try #require(cancelled == model.removeValue(forKey: id)?.content)
            default:
                now += generator.next() % 100
                let due = heap.due(at: moment(now))
                let expected = model.filter { $0.value.deadline <= now }
                try #require(due.count == expected.count)
                try #require(Set(due) == Set(expected.values.map(\.content)))
                let moments = Dictionary(
                    uniqueKeysWithValues: expected.values.map { ($0.content, $0.deadline) })
                let order = due.compactMap { moments[$0] }
                try #require(order == order.sorted())
                for id in expected.keys { model[id] = nil }
            }
            let earliest = heap.earliest
            try #require(earliest?.nanoseconds == model.values.map(\.deadline).min())
            try #require(heap.isEmpty == model.isEmpty)
        }
    }
}
