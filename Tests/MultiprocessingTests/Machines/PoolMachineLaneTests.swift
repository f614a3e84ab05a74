import TestSupport
import Testing

@testable import Multiprocessing

/// What the pool's machine does with ranks, and with workers that are about to be ended.
@Suite struct PoolMachineLaneTests {
    typealias Action = PoolMachine.Action
    typealias Rank = LaneQueue.Rank

    private static func machine(seats: Int) -> PoolMachine {
        var machine = PoolMachine(seats: seats, slots: 32)
        var actions: [Action] = []
        for seat in 0..<seats { machine.occupied(seat: seat, &actions) }
        return machine
    }

    private static func posts(_ actions: [Action]) -> [UInt64] {
        actions.compactMap { if case .post(let id, _, _) = $0 { id } else { nil } }
    }

    private static func revokes(_ actions: [Action]) -> [(id: UInt64, slot: Int)] {
        actions.compactMap { if case .revoke(let id, _, let slot) = $0 { (id, slot) } else { nil } }
    }

    @Test func oneRankIsHandedOutInAdvance() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        let rank = Rank(lane: "a", priority: 25)
        for id in 1...5 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, rank: rank, &actions) }
        #expect(Self.posts(actions) == [1, 2, 3, 4, 5])
    }

    @Test func aSecondRankTakesBackWhatIsNotRunning() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 1...5 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        actions = []
        machine.submit(6, bytes: 1, rank: Rank(priority: 25), &actions)
        let revokes = Self.revokes(actions)
        #expect(revokes.map(\.id) == [5, 4, 3, 2])
        #expect(Self.posts(actions) == [])
        actions = []
        for (_, slot) in revokes { machine.revoked(seat: 0, slot: slot, requeue: true, &actions) }
        // The worker comes to its end of the first, and over the places of the others.
        machine.slotFreed(seat: 0, slot: machine.seats[0].order[0], &actions)
        for (_, slot) in revokes.reversed() { machine.slotFreed(seat: 0, slot: slot, &actions) }
        #expect(Self.posts(actions) == [6])
        var order: [UInt64] = []
        while let place = machine.place(of: Self.posts(actions).last ?? 0) {
            order.append(Self.posts(actions).last ?? 0)
            actions = []
            machine.slotFreed(seat: place.seat, slot: place.slot, &actions)
        }
        #expect(order == [6, 2, 3, 4, 5])
        #expect(machine.isIdle)
    }

    @Test func whenNothingWaitsThereIsOneRankAgain() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        machine.submit(1, bytes: 1, &actions)
        machine.submit(2, bytes: 1, rank: Rank(priority: 9), &actions)
        #expect(Self.posts(actions) == [1])
        machine.slotFreed(seat: 0, slot: machine.seats[0].order[0], &actions)
        #expect(Self.posts(actions) == [1, 2])
        actions = []
        for id in 3...6 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        #expect(Self.posts(actions) == [3, 4, 5, 6])
    }

    @Test func aDeadWorkersWorkKeepsItsRank() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        machine.submit(1, bytes: 1, rank: Rank(priority: 9), &actions)
        machine.submit(2, bytes: 1, rank: Rank(priority: 25), &actions)
        let held = machine.ended(seat: 0, begunAnything: true)
        #expect(held.map(\.id) == [1])
        actions = []
        machine.resubmit([(id: 1, bytes: 1, key: nil)], &actions)
        machine.replace(seat: 0, &actions)
        machine.occupied(seat: 0, &actions)
        #expect(Self.posts(actions) == [2])
    }

    @Test func aCondemnedWorkerGetsNothingMore() {
        var machine = Self.machine(seats: 2)
        var actions: [Action] = []
        for id in 1...6 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        actions = []
        machine.condemn(seat: 0, &actions)
        let revokes = Self.revokes(actions)
        #expect(revokes.count == 3)
        actions = []
        // The first one runs, so it cannot be taken back.
        for (_, slot) in revokes.dropLast() { machine.revoked(seat: 0, slot: slot, requeue: true, &actions) }
        for case .post(_, let seat, _) in actions { #expect(seat == 1) }
        let held = machine.ended(seat: 0, begunAnything: true)
        #expect(held.count == 1)
        machine.replace(seat: 0, &actions)
        // Another one takes its place, perhaps in another seat.
        let starts = actions.compactMap { if case .start(let seat) = $0 { seat } else { nil } }
        #expect(starts.count == 1)
        for seat in starts { machine.occupied(seat: seat, &actions) }
        machine.submit(7, bytes: 1, &actions)
        #expect(machine.place(of: 7)?.seat == starts.first)
    }

    @Test func aWorkerThatWasCondemnedForNothingFinishesWhatItHoldsAndLeaves() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 1...3 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        actions = []
        machine.condemn(seat: 0, &actions)
        // The worker has begun the second one by then.
        let revokes = Self.revokes(actions).filter { $0.id == 3 }
        for (_, slot) in revokes { machine.revoked(seat: 0, slot: slot, requeue: true, &actions) }
        let slots = machine.seats[0].order
        machine.slotFreed(seat: 0, slot: slots[0], &actions)
        machine.pardon(seat: 0, &actions)
        #expect(actions.contains(.start(seat: 1)))
        #expect(machine.seats[0].stage == .retiring)
        actions = []
        for slot in slots.dropFirst() { machine.slotFreed(seat: 0, slot: slot, &actions) }
        #expect(actions.contains(.dismiss(seat: 0)))
        machine.occupied(seat: 1, &actions)
        #expect(machine.place(of: 3)?.seat == 1)
    }

    // MARK: Keys

    /// Lets the only worker do one after another, until it holds nothing; returns the order.
    private static func workOff(_ machine: inout PoolMachine) -> [UInt64] {
        var order: [UInt64] = []
        var actions: [Action] = []
        while let slot = machine.seats[0].order.first {
            if let id = machine.seats[0].chunks[slot] { order.append(id) }
            machine.slotFreed(seat: 0, slot: slot, &actions)
        }
        return order
    }

    @Test func whatWaitsForOneWorkerIsInTheOrderOfPriorities() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 1...40 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, key: 7, &actions) }
        let advance = Self.posts(actions).count
        #expect(advance == PoolMachine.depth)
        machine.submit(41, bytes: 1, key: 7, rank: Rank(priority: TaskPriority.high.rawValue), &actions)
        let order = Self.workOff(&machine)
        // Only what the worker held already goes first.
        #expect(order.firstIndex(of: 41) == advance)
        #expect(order.filter { $0 != 41 } == Array(1...40))
        #expect(machine.isIdle)
    }

    @Test func whatWaitsForOneWorkerAndWhatWaitsForAnyTakeTurns() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 1...100 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, key: 7, &actions) }
        for id in 101...110 as ClosedRange<UInt64> {
            machine.submit(id, bytes: 1, rank: Rank(lane: "b"), &actions)
        }
        let order = Self.workOff(&machine)
        #expect(Set(order) == Set(1...110))
        #expect(order.filter { $0 <= 100 } == Array(1...100))
        let last = order.lastIndex { $0 > 100 }
        #expect(last.map { $0 <= PoolMachine.depth + 20 } == true)
    }
}
