import Testing

@testable import Multiprocessing

@Suite struct LatchMachineTests {
    private var machine = LatchMachine<String, Int>()

    @Test mutating func everyoneWhoWaitsIsHandedOutOnce() {
        for waiter in 1...5 {
            let id = machine.makeID()
            #expect(machine.add(waiter, id: id) == nil)
        }
        #expect(machine.value == nil)
        #expect(machine.close("done")?.sorted() == [1, 2, 3, 4, 5])
        #expect(machine.value == "done")
        #expect(machine.close("again") == nil)
        #expect(machine.value == "done")
    }

    @Test mutating func whoComesLateDoesNotWait() {
        #expect(machine.close("done") == [])
        let id = machine.makeID()
        #expect(machine.add(1, id: id) == "done")
        #expect(machine.remove(id: id) == nil)
    }

    @Test mutating func whoGivesUpIsNotHandedOut() {
        let (first, second) = (machine.makeID(), machine.makeID())
        #expect(first != second)
        _ = machine.add(1, id: first)
        _ = machine.add(2, id: second)
        #expect(machine.remove(id: first) == 1)
        #expect(machine.remove(id: first) == nil)
        #expect(machine.close("done") == [2])
        #expect(machine.remove(id: second) == nil)
    }
}
