import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct StreamMachineTests {
    private struct InputError: Error {}

    private static func delivery(_ chunk: UInt64, _ first: Int, _ count: Int) -> Delivery {
        Delivery(chunk: chunk, firstItem: first, count: count, content: .replies([]))
    }

    /// What `next` gives, as text that can be compared; it is used up at once.
    private static func next(_ machine: inout StreamMachine) -> String {
        switch machine.next() {
        case .deliveries(let deliveries):
            machine.used(deliveries.reduce(0) { $0 + machine.weight(of: $1) })
            return deliveries.map { "\($0.firstItem)+\($0.count)" }.joined(separator: " ")
        case .nothing: return "nothing"
        case .finished(nil): return "end"
        case .finished(.some(let error)): return "\(type(of: error))"
        }
    }

    private static func receive(
        _ chunk: UInt64, _ first: Int, _ count: Int, _ machine: inout StreamMachine
    ) -> Bool {
        machine.received(delivery(chunk, first, count))
    }

    private static func take(_ count: Int, _ machine: inout StreamMachine) -> [String] {
        var taken: [String] = []
        while taken.count < count { taken.append(next(&machine)) }
        return taken
    }

    @Test func orderedResultsWaitForThoseBeforeThem() {
        var machine = StreamMachine(isOrdered: true, window: 4)
        for chunk in 0..<3 as Range<UInt64> { machine.submitted(chunk, items: 2, bytes: 100) }
        #expect(!Self.receive(2, 4, 2, &machine))
        #expect(!Self.receive(1, 2, 2, &machine))
        #expect(!machine.hasNext)
        #expect(Self.next(&machine) == "nothing")
        #expect(Self.receive(0, 0, 2, &machine))
        #expect(Self.take(2, &machine) == ["0+2 2+2 4+2", "nothing"])
    }

    @Test func unorderedResultsComeAsTheyArrive() {
        var machine = StreamMachine(isOrdered: false, window: 4)
        for chunk in 0..<3 as Range<UInt64> { machine.submitted(chunk, items: 2, bytes: 100) }
        for (chunk, first) in [(2, 4), (0, 0), (1, 2)] as [(UInt64, Int)] {
            #expect(Self.receive(chunk, first, 2, &machine))
        }
        #expect(Self.take(2, &machine) == ["4+2 0+2 2+2", "nothing"])
    }

    @Test(arguments: [true, false])
    func aChunksResultsMayComeInParts(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 4)
        machine.submitted(7, items: 3, bytes: 100)
        machine.inputEnded(.success(()))
        #expect(Self.receive(7, 0, 1, &machine))
        #expect(machine.outstanding[7]?.items == 2)
        #expect(Self.take(2, &machine) == ["0+1", "nothing"])
        #expect(!machine.hasNext)
        #expect(Self.receive(7, 1, 2, &machine))
        #expect(machine.outstanding.isEmpty)
        #expect(Self.take(3, &machine) == ["1+2", "end", "end"])
    }

    @Test(arguments: [true, false])
    func theWindowCountsWhatHasNotBeenHandedOut(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 4)
        #expect(machine.room.count == 4 && machine.isHungry)
        for chunk in 0..<3 as Range<UInt64> { machine.submitted(chunk, items: 1, bytes: 100) }
        #expect(machine.room.count == 1 && !machine.isHungry)
        _ = machine.received(Self.delivery(0, 0, 1))
        #expect(machine.room.count == 1)
        #expect(Self.next(&machine) == "0+1")
        #expect(machine.room.count == 2 && machine.isHungry)
        machine.inputEnded(.success(()))
        #expect(machine.room.count == 0)
    }

    @Test(arguments: [true, false])
    func whatIsInTheConsumersHandTakesRoomUntilItIsUsed(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 4)
        for chunk in 0..<4 as Range<UInt64> {
            machine.submitted(chunk, items: 1, bytes: 100)
            _ = machine.received(Self.delivery(chunk, Int(chunk), 1))
        }
        guard case .deliveries(let deliveries) = machine.next() else {
            Issue.record("nothing came")
            return
        }
        #expect(deliveries.map(\.firstItem) == [0, 1, 2, 3])
        #expect(!machine.hasNext && machine.room.count == 0 && !machine.isHungry)
        machine.used(1)
        #expect(machine.room.count == 1 && !machine.isHungry)
        machine.used(3)
        #expect(machine.room.count == 4 && machine.isHungry)
    }

    @Test(arguments: [true, false])
    func aWindowOfItemsCountsThem(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 16, countsItems: true)
        machine.submitted(0, items: 5, bytes: 100)
        machine.submitted(1, items: 1, bytes: 100)
        #expect(machine.room.count == 10 && machine.isHungry)
        _ = machine.received(Self.delivery(0, 0, 3))
        #expect(machine.room.count == 10)
        #expect(Self.next(&machine) == "0+3")
        #expect(machine.room.count == 13)
        // An item that could not be encoded takes a place as well.
        _ = machine.received(Self.delivery(99, 6, 1))
        #expect(machine.room.count == 12)
    }

    @Test(arguments: [true, false])
    func aDividedChunkComesInTwo(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 16, countsItems: true)
        machine.submitted(0, items: 5, bytes: 100)
        machine.inputEnded(.success(()))
        _ = machine.received(Self.delivery(0, 0, 1))
        machine.divided(0, rest: 7, items: 3, bytes: 60)
        #expect(machine.outstanding[0]?.items == 1 && machine.outstanding[7]?.items == 3)
        _ = machine.received(Self.delivery(7, 2, 3))
        #expect(!machine.outstanding.keys.contains(7))
        _ = machine.received(Self.delivery(0, 1, 1))
        #expect(machine.outstanding.isEmpty)
        #expect(Self.take(5, &machine).last == "end")
        // All that had begun has come already.
        var other = StreamMachine(isOrdered: isOrdered, window: 16, countsItems: true)
        other.submitted(0, items: 2, bytes: 100)
        _ = other.received(Self.delivery(0, 0, 1))
        other.divided(0, rest: 7, items: 1, bytes: 60)
        #expect(Array(other.outstanding.keys) == [7])
    }

    @Test(arguments: [true, false])
    func theInputsErrorComesOnceAndAfterTheResults(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 4)
        machine.submitted(0, items: 1, bytes: 100)
        machine.submitted(1, items: 1, bytes: 100)
        machine.inputEnded(.failure(InputError()))
        machine.inputEnded(.success(()))
        #expect(Self.next(&machine) == "nothing")
        _ = machine.received(Self.delivery(0, 0, 1))
        _ = machine.received(Self.delivery(1, 1, 1))
        #expect(machine.hasNext)
        #expect(Self.take(4, &machine) == ["0+1 1+1", "InputError", "end", "end"])
    }

    @Test(arguments: [true, false])
    func anEmptyInputEndsAtOnce(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: 4)
        #expect(!machine.hasNext)
        #expect(Self.next(&machine) == "nothing")
        machine.inputEnded(.success(()))
        #expect(machine.hasNext)
        #expect(Self.next(&machine) == "end")
    }

    @Test(arguments: [true, false], 1...4 as ClosedRange<UInt64>)
    func everyItemComesOutOnce(isOrdered: Bool, seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        var machine = StreamMachine(isOrdered: isOrdered, window: 6)
        var parts: [Delivery] = []
        var (submitted, chunk, handedOut) = (0, UInt64(0), [Int]())
        let total = 3000
        while handedOut.count < total {
            if submitted < total, machine.room.count > 0, Bool.random(using: &generator) {
                let items = min(total - submitted, Int.random(in: 1...5, using: &generator))
                machine.submitted(chunk, items: items, bytes: 100)
                let cut = Int.random(in: 1...items, using: &generator)
                parts.append(Self.delivery(chunk, submitted, cut))
                if cut < items { parts.append(Self.delivery(chunk, submitted + cut, items - cut)) }
                (submitted, chunk) = (submitted + items, chunk + 1)
                if submitted == total { machine.inputEnded(.success(())) }
            }
            if let index = parts.indices.randomElement(using: &generator) {
                let isNext = machine.received(parts.remove(at: index))
                try #require(!isNext || machine.hasNext)
            }
            let hadNext = machine.hasNext
            switch machine.next() {
            case .deliveries(let deliveries):
                for delivery in deliveries {
                    handedOut += delivery.firstItem..<(delivery.firstItem + delivery.count)
                }
                machine.used(deliveries.count)
            case .nothing:
                try #require(!hadNext)
            case .finished:
                try #require(handedOut.count == total)
            }
        }
        #expect(isOrdered ? handedOut == Array(0..<total) : handedOut.sorted() == Array(0..<total))
        #expect(Self.next(&machine) == "end")
    }
}
