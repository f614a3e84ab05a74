import TestSupport
import Testing

@testable import Multiprocessing

/// The machine of managed queues, without processes and clocks.
@Suite struct QueueMachineTests {
    private typealias Machine = QueueMachine<Int>

    private func client(_ number: UInt64) -> ManagerSystem.Client {
        ManagerSystem.Client(id: number, processID: Int32(100 + number), session: number)
    }

    private func value(_ outcome: Machine.Outcome?) -> Int? {
        if case .value(let value) = outcome { value } else { nil }
    }

    private func isPut(_ outcome: Machine.Outcome?) -> Bool {
        if case .put = outcome { true } else { false }
    }

    @Test func spaceForTwo() {
        var machine = Machine(capacity: 2)
        #expect(isPut(machine.put(1, ticket: 1)) && isPut(machine.put(2, ticket: 2)))
        #expect(machine.put(3, ticket: 3) == nil && machine.put(4, ticket: 4) == nil)
        #expect(machine.isFull && machine.count == 2)
        machine.leave(3)
        #expect(value(machine.get(as: client(1), ticket: 5)) == 1)
        #expect(machine.woken.map(\.ticket) == [4])
        #expect(value(machine.get(as: client(1), ticket: 6)) == 2)
        #expect(value(machine.get(as: client(1), ticket: 7)) == 4)
        #expect(machine.get(as: client(1), ticket: 8) == nil)
    }

    @Test func thoseWhoWaitAreServedInOrder() {
        var machine = Machine(capacity: nil)
        for ticket in UInt64(1)...3 { #expect(machine.get(as: client(ticket), ticket: ticket) == nil) }
        machine.leave(2)
        _ = machine.put(10, ticket: 11)
        _ = machine.put(20, ticket: 12)
        _ = machine.put(30, ticket: 13)
        #expect(
            machine.woken.map(\.ticket) == [1, 3] && machine.woken.map { value($0.outcome) } == [10, 20])
        #expect(machine.count == 1)
    }

    @Test func ends() {
        var machine = Machine(capacity: 1)
        _ = machine.put(1, ticket: 1)
        _ = machine.put(2, ticket: 2)
        machine.finish()
        guard case .finished = machine.woken.last?.outcome, case .finished = machine.put(3, ticket: 3) else {
            Issue.record("a finished queue takes values")
            return
        }
        #expect(value(machine.get(as: client(1), ticket: 4)) == 1)
        guard case .finished = machine.get(as: client(1), ticket: 5) else {
            Issue.record("a finished queue does not end")
            return
        }
    }

    @Test func shutDown() {
        var machine = Machine(capacity: nil, isCounted: true)
        _ = machine.put(1, ticket: 1)
        #expect(machine.join(ticket: 2) == nil)
        machine.shutDown(emptying: true)
        guard case .done(lost: 0) = machine.woken.last?.outcome,
            case .shutDown = machine.get(as: client(1), ticket: 3)
        else {
            Issue.record("a queue that was shut down goes on")
            return
        }
    }

    @Test func done() {
        var machine = Machine(capacity: nil, isCounted: true)
        for number in 0..<3 { _ = machine.put(number, ticket: UInt64(number)) }
        let early = machine.taskDone(by: client(1))
        #expect(!early && machine.unfinished == 3)
        _ = machine.get(as: client(1), ticket: 4)
        _ = machine.get(as: client(2), ticket: 5)
        _ = machine.get(as: client(2), ticket: 6)
        #expect(machine.join(ticket: 7) == nil)
        let stranger = machine.taskDone(by: client(3))
        let own = machine.taskDone(by: client(2))
        #expect(stranger && own && machine.unfinished == 1)
        machine.end(client(1))
        machine.end(client(2))
        guard case .done(lost: 1) = machine.woken.last?.outcome else {
            Issue.record("nobody was told of what was lost")
            return
        }
        guard case .done(lost: 0) = machine.join(ticket: 8) else {
            Issue.record("what was lost is told once")
            return
        }
    }

    @Test("Whatever happens in whatever order, values come out once and in order")
    func model() {
        for seed in 0..<50 {
            var random = SplitMix64(state: UInt64(seed))
            var machine = Machine(capacity: 3)
            var (putting, getting): (Set<UInt64>, Set<UInt64>) = ([], [])
            var (last, taken) = (-1, 0)
            var values: [UInt64: Int] = [:]
            var given: Set<Int> = []
            for ticket in UInt64(1)...500 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5:
                    values[ticket] = Int(ticket)
                    if machine.put(Int(ticket), ticket: ticket) == nil { putting.insert(ticket) }
                case 5..<9:
                    if let value = value(machine.get(as: client(1), ticket: ticket)) {
                        #expect(value > last)
                        (last, taken) = (value, taken + 1)
                    } else {
                        getting.insert(ticket)
                    }
                default:
                    if let ticket = putting.union(getting).pick(using: &random) {
                        machine.leave(ticket)
                        if putting.remove(ticket) != nil { given.insert(Int(ticket)) }
                        getting.remove(ticket)
                    }
                }
                for wake in machine.woken {
                    if let value = value(wake.outcome) {
                        #expect(getting.remove(wake.ticket) != nil && value > last && !given.contains(value))
                        (last, taken) = (value, taken + 1)
                    } else {
                        #expect(putting.remove(wake.ticket) != nil)
                    }
                }
                machine.woken = []
                #expect(machine.count <= 3 && (machine.count == 0 || getting.isEmpty))
                #expect(putting.isEmpty || machine.isFull)
                #expect(taken + machine.count + putting.count + given.count == values.count)
            }
        }
    }
}
