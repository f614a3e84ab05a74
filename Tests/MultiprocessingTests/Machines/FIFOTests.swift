import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct FIFOTests {
    @Test func anEmptyOneHasNothing() {
        var queue = FIFO<Int>()
        #expect(queue.isEmpty)
        #expect(queue.first == nil)
        #expect(queue.popFirst() == nil)
        #expect(queue.removeAll() == [])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func itDoesWhatAnArrayDoes(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        var queue = FIFO<Int>()
        var model: [Int] = []
        for number in 0..<20_000 {
            // Grows for a while, then shrinks, so that the room is given back many times.
            let isGrowing = number / 500 % 2 == 0
            switch generator.next() % 100 {
            case 0..<(isGrowing ? 60 : 30):
                queue.append(number)
                model.append(number)
            case 60..<65:
                queue.prepend(number)
                model.insert(number, at: 0)
            case 99 where number % 7 == 0:
                try #require(queue.removeAll() == model)
                model = []
            default:
                let expected = model.isEmpty ? nil : model.removeFirst()
                try #require(queue.popFirst() == expected)
            }
            try #require(queue.count == model.count)
            try #require(queue.first == model.first)
        }
        #expect(queue.removeAll() == model)
        #expect(queue.isEmpty)
    }
}
