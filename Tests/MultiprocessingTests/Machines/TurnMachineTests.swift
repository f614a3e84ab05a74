import Testing

@testable import Multiprocessing

@Suite struct TurnMachineTests {
    private var machine = TurnMachine<String>()

    private func name(_ answer: TurnMachine<String>.Answer) -> String { "\(answer)" }

    @Test mutating func firstComeFirstServed() {
        #expect(name(machine.tryTake()) == "turn")
        #expect(name(machine.tryTake()) == "wait")
        for waiter in ["a", "b", "c"] {
            let id = machine.makeID()
            #expect(name(machine.enter(waiter, id: id)) == "wait")
        }
        #expect(machine.give() == "a")
        #expect(machine.give() == "b")
        #expect(name(machine.tryTake()) == "wait")
        #expect(machine.give() == "c")
        #expect(machine.give() == nil)
        #expect(name(machine.tryTake()) == "turn")
    }

    @Test mutating func whoGivesUpIsPassedOver() {
        _ = machine.tryTake()
        let ids = ["a", "b", "c"].map { waiter in
            let id = machine.makeID()
            _ = machine.enter(waiter, id: id)
            return id
        }
        #expect(machine.remove(id: ids[0]) == "a")
        #expect(machine.remove(id: ids[0]) == nil)
        #expect(machine.give() == "b")
        #expect(machine.remove(id: ids[1]) == nil)
        #expect(machine.remove(id: ids[2]) == "c")
        #expect(machine.give() == nil)
        #expect(name(machine.enter("d", id: machine.makeID())) == "turn")
    }

    @Test mutating func theEndIsForEveryone() {
        _ = machine.tryTake()
        let id = machine.makeID()
        _ = machine.enter("a", id: id)
        #expect(machine.end() == ["a"])
        #expect(machine.remove(id: id) == nil)
        #expect(machine.give() == nil)
        #expect(name(machine.tryTake()) == "ended")
        #expect(name(machine.enter("b", id: machine.makeID())) == "ended")
    }
}
