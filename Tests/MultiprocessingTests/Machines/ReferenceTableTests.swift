import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct ReferenceTableTests {
    private typealias Departure = ReferenceTable.Departure
    private var table = ReferenceTable()

    @Test mutating func clientsHoldAsOftenAsTheyWereGiven() {
        table.grant(1, to: 10)
        table.grant(1, to: 10)
        table.grant(1, to: 11)
        let answer1 = table.release(1, by: 10, count: 1)
        #expect(!answer1)
        let answer2 = table.release(1, by: 10, count: 1)
        #expect(!answer2)
        let answer3 = table.release(1, by: 10, count: 1)
        #expect(!answer3)
        #expect(table.isHeld(1) && table.count == 1)
        let answer4 = table.release(1, by: 11, count: 5)
        #expect(answer4)
        #expect(!table.isHeld(1))
    }

    @Test mutating func aClientThatLeavesGivesEverythingBack() {
        table.grant(1, to: 10)
        table.grant(2, to: 10)
        table.grant(2, to: 11)
        table.depart(3, Departure(sender: 10, token: 2))
        let answer5 = table.leave(10)
        #expect(answer5.sorted() == [1, 3])
        #expect(table.count == 1)
        let answer6 = table.leave(10)
        #expect(answer6 == [])
        let answer7 = table.leave(11)
        #expect(answer7 == [2])
    }

    @Test mutating func anObjectOnItsWayIsHeldUntilItArrives() {
        table.grant(1, to: 10)
        table.depart(1, Departure(sender: 10, token: 2))
        let answer8 = table.release(1, by: 10, count: 1)
        #expect(!answer8)
        table.grant(1, to: 11)
        let answer9 = table.arrive(1, Departure(sender: 10, token: 2))
        #expect(answer9 == nil)
        let answer10 = table.release(1, by: 11, count: 1)
        #expect(answer10)
    }

    @Test mutating func aReceiverMayBeFasterThanItsSendersWord() {
        table.grant(1, to: 10)
        table.grant(1, to: 11)
        let answer11 = table.arrive(1, Departure(sender: 10, token: 2))
        #expect(answer11 == nil)
        table.depart(1, Departure(sender: 10, token: 2))
        let answer12 = table.release(1, by: 10, count: 1)
        #expect(!answer12)
        let answer13 = table.release(1, by: 11, count: 1)
        #expect(answer13)
    }

    @Test mutating func aMessageThatSeveralReceiveCountsOnce() {
        table.depart(1, Departure(sender: 10, token: 2))
        for client in 11...13 {
            table.grant(1, to: UInt64(client))
            let answer14 = table.arrive(1, Departure(sender: 10, token: 2))
            #expect(answer14 == nil)
        }
        for client in UInt64(11)...12 {
            let isFree = table.release(1, by: client, count: 1)
            #expect(!isFree)
        }
        let answer15 = table.release(1, by: 13, count: 1)
        #expect(answer15)
        let answer16 = table.leave(10)
        #expect(answer16 == [])
    }

    @Test mutating func namesHold() {
        let answer17 = table.name(1, "one")
        #expect(answer17)
        let answer18 = table.name(2, "one")
        #expect(!answer18)
        let answer19 = table.name(1, "uno")
        #expect(answer19)
        #expect(table.object(named: "one") == 1 && table.allNames == ["one", "uno"])
        let answer20 = table.removeName("one")
        #expect(answer20.map { $0.isFree } == false)
        let answer21 = table.removeName("uno")
        #expect(answer21.map { $0.isFree } == true)
        let answer22 = table.removeName("uno")
        #expect(answer22 == nil)
    }

    /// Any order of what clients do leaves exactly what a simple count of it says.
    @Test func everythingIsFreeWhenAllHaveLeft() {
        var random = SplitMix64(state: 3)
        for _ in 0..<200 {
            var table = ReferenceTable()
            for step in 0..<60 {
                let object = UInt64.random(in: 1...4, using: &random)
                let client = UInt64.random(in: 10...12, using: &random)
                let departure = Departure(sender: client, token: UInt64(step) + Departure.firstToken)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: table.grant(object, to: client)
                case 1: _ = table.release(object, by: client, count: .random(in: 1...3, using: &random))
                case 2: table.depart(object, departure)
                case 3:
                    _ = table.arrive(
                        object, Departure(sender: client, token: .random(in: 0...60, using: &random)))
                case 4: _ = table.leave(client)
                default: _ = table.name(object, "\(object)")
                }
            }
            for client in UInt64(10)...12 { _ = table.leave(client) }
            for name in table.allNames { _ = table.removeName(name) }
            #expect(table.count == 0)
        }
    }
}
