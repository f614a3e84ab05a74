import Testing

@testable import Multiprocessing

/// Who may come in, who has to go, and who gets which connection.
@Suite struct ListenerMachineTests {
    private typealias Machine = ListenerMachine<String, Int, String>

    private static let time: UInt64 = 5_000_000_000
    private var machine = Machine(readyLimit: 3, handshakeTime: Self.time)

    private mutating func fill(at moment: UInt64 = 0) -> [UInt64] {
        (0..<Machine.seats).map { number in
            let id = machine.makeID()
            #expect(machine.add("peer \(number)", id: id, at: moment) == nil)
            return id
        }
    }

    @Test("when all seats are taken, the oldest one leaves for somebody new, after it had a chance")
    mutating func oldest() {
        _ = fill(at: 100)
        #expect(machine.room(at: 100) == .notBefore(100 + Machine.patience))
        #expect(machine.room(at: 100 + Machine.patience) == .free)
        #expect(machine.add("new", id: machine.makeID(), at: 200) == "peer 0")
        #expect(machine.add("newer", id: machine.makeID(), at: 201) == "peer 1")
        #expect(machine.halfOpenCount == Machine.seats)
        #expect(machine.counts.dropped == 2)
    }

    @Test("who is done makes room; who had to leave does not come in")
    mutating func done() {
        let ids = fill()
        #expect(machine.finish(id: ids[0], refused: false) == "peer 0")
        #expect(machine.room(at: 0) == .free)
        #expect(machine.finish(id: ids[0], refused: false) == nil)
        #expect(machine.finish(id: ids[1], refused: true) == "peer 1")
        #expect(machine.counts.refused == 1)
        // The oldest is now the third.
        _ = machine.add("a", id: machine.makeID(), at: 1)
        _ = machine.add("b", id: machine.makeID(), at: 1)
        #expect(machine.add("c", id: machine.makeID(), at: 1) == "peer 2")
    }

    @Test("peers leave when their time is over, and no earlier")
    mutating func expiry() {
        for moment in [10, 20, 30] as [UInt64] { _ = machine.add("at \(moment)", id: machine.makeID(), at: moment) }
        #expect(machine.nextExpiry == 10 + Self.time)
        #expect(machine.expire(at: 9 + Self.time).isEmpty)
        #expect(machine.expire(at: 20 + Self.time) == ["at 10", "at 20"])
        #expect(machine.nextExpiry == 30 + Self.time)
        #expect(machine.expire(at: .max) == ["at 30"])
        #expect(machine.nextExpiry == nil)
        #expect(machine.counts.dropped == 3)
    }

    @Test("connections go to those who wait, in their order, or wait themselves")
    mutating func delivery() {
        let ids = [machine.makeID(), machine.makeID(), machine.makeID()]
        for (number, id) in ids.enumerated() {
            guard case .wait = machine.enter("waiter \(number)", id: id) else {
                Issue.record("there was nothing")
                return
            }
        }
        #expect(machine.remove(id: ids[1]) == "waiter 1")
        #expect(machine.deliver(1) == "waiter 0")
        #expect(machine.deliver(2) == "waiter 2")
        #expect(machine.deliver(3) == nil)
        #expect(machine.remove(id: ids[2]) == nil)
        guard case .ready(3) = machine.take(), case .wait = machine.take() else {
            Issue.record("not what was delivered")
            return
        }
        #expect(machine.counts.accepted == 3)
    }

    @Test("nobody is let in while nobody fetches those who are ready")
    mutating func pressure() {
        for number in 0..<3 { #expect(machine.deliver(number) == nil) }
        #expect(machine.room(at: 0) == .none)
        _ = machine.take()
        #expect(machine.room(at: 0) == .free)
    }

    @Test("closing hands everyone out, once")
    mutating func closing() {
        _ = machine.add("peer", id: machine.makeID(), at: 0)
        _ = machine.deliver(1)
        guard case .ready = machine.take() else { return }
        _ = machine.enter("waiter", id: machine.makeID())
        let left = machine.close()
        #expect(left.peers == ["peer"] && left.ready.isEmpty && left.waiters == ["waiter"])
        #expect(machine.deliver(2) == nil)
        #expect(machine.room(at: 0) == .none)
        guard case .closed = machine.take() else {
            Issue.record("it goes on")
            return
        }
        #expect(machine.close().peers.isEmpty)
    }
}
