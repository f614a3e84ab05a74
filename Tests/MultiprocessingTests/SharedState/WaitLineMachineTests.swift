import Testing

@testable import Multiprocessing

@Suite struct WaitLineMachineTests {
    private typealias Machine = WaitLineMachine<String>

    private func append(_ name: String, to machine: inout Machine) -> UInt64 {
        let id = machine.makeID()
        machine.append(name, id: id)
        return id
    }

    @Test func theFirstIsWhoCameFirstAndIsStillThere() {
        var machine = Machine()
        let ids = ["a", "b", "c"].map { append($0, to: &machine) }
        let first = machine.first()?.waiter
        let removed = [ids[1], ids[1], ids[0]].map { machine.remove($0) }
        let last = machine.first()?.id
        #expect(first == "a" && removed == ["b", nil, "a"] && last == ids[2] && machine.count == 1)
        let left = machine.removeAll()
        let nobody = machine.first()
        #expect(left == ["c"] && machine.count == 0 && nobody == nil)
    }

    @Test func thoseWhoLeftAreForgottenInTime() {
        var machine = Machine()
        let ids = (0..<1000).map { append("\($0)", to: &machine) }
        for id in ids[..<999] { _ = machine.remove(id) }
        let first = machine.first()?.waiter
        let left = machine.removeAll()
        #expect(first == "999" && left == ["999"])
    }

    @Test func oneWatchIsOnAtATime() {
        var machine = Machine()
        let watches = [7, 7, 8].map { machine.beginWatch(of: $0) }
        #expect(watches[0] != nil && watches[1] == nil && watches[2] != nil)
        // The first was given up for the second, which ends once.
        let ends = [watches[0], watches[2], watches[2]].map { machine.endWatch($0 ?? 0) }
        #expect(ends == [false, true, false])
        let next = machine.beginWatch(of: 8)
        #expect(next != nil)
    }
}
