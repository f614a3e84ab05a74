import Testing

@testable import Multiprocessing

/// How a pool's work is given up, and how the pool ends.
@Suite struct PoolMachineEndTests {
    typealias Action = PoolMachine.Action

    private var machine = PoolMachine(seats: 2, slots: 4)
    private var actions: [Action] = []

    /// Both seats are occupied.
    init() {
        machine.occupied(seat: 0, &actions)
        machine.occupied(seat: 1, &actions)
    }

    private mutating func submit(_ ids: Range<UInt64>) -> [(id: UInt64, seat: Int, slot: Int)] {
        actions = []
        for id in ids { machine.submit(id, bytes: 1, &actions) }
        defer { actions = [] }
        return actions.compactMap { action in
            if case .post(let id, let seat, let slot) = action { (id, seat, slot) } else { nil }
        }
    }

    @Test mutating func whatWaitsIsWithdrawnAtOnce() {
        let posts = submit(0..<9)
        #expect(posts.count == 8)
        #expect(machine.withdraw(8, &actions) == nil)
        #expect(actions == [.drop(8)])
        #expect(machine.withdraw(8, &actions) == nil)
        #expect(actions == [.drop(8)])
        machine.slotFreed(seat: posts[0].seat, slot: posts[0].slot, &actions)
        #expect(actions == [.drop(8)])
    }

    @Test mutating func whatIsPostedIsWithdrawnWhereItIs() throws {
        let posts = submit(0..<4)
        for post in posts {
            let place = try #require(machine.withdraw(post.id, &actions))
            #expect(place.seat == post.seat && place.slot == post.slot)
        }
        #expect(actions == [])
        machine.revoked(seat: posts[3].seat, slot: posts[3].slot, requeue: false, &actions)
        #expect(actions == [.drop(3)])
        // The worker's word that it saw that comes later, and gives nothing up twice.
        machine.slotFreed(seat: posts[3].seat, slot: posts[3].slot, &actions)
        #expect(actions == [.drop(3)])
    }

    @Test mutating func closingAnIdlePoolDismissesItsWorkers() {
        actions = []
        machine.close(&actions)
        #expect(actions == [.dismiss(seat: 0), .dismiss(seat: 1)])
        #expect(machine.seats.allSatisfy { $0.isLeaving })
        machine.close(&actions)
        #expect(actions.count == 2)
        actions = []
        leave(0)
        #expect(actions == [])
        leave(1)
        #expect(actions == [.finish])
        #expect(machine.phase == .finished)
        #expect(machine.fruitlessDeaths == 0)
    }

    private mutating func leave(_ seat: Int) {
        _ = machine.ended(seat: seat, begunAnything: false)
        machine.replace(seat: seat, &actions)
    }

    @Test mutating func aClosedPoolFinishesItsWorkFirst() {
        let posts = submit(0..<2)
        machine.close(&actions)
        #expect(actions == [])
        machine.slotFreed(seat: posts[0].seat, slot: posts[0].slot, &actions)
        #expect(actions == [])
        machine.slotFreed(seat: posts[1].seat, slot: posts[1].slot, &actions)
        #expect(actions == [.dismiss(seat: 0), .dismiss(seat: 1)])
    }

    @Test mutating func aWorkerThatDiesWhileThePoolDrainsIsReplacedIfThereIsWork() {
        _ = submit(0..<2)
        machine.close(&actions)
        let held = machine.ended(seat: 0, begunAnything: false)
        machine.resubmit(held.map { ($0.id, 1, nil) }, &actions)
        machine.replace(seat: 0, &actions)
        #expect(actions.contains(.start(seat: 0)))
    }

    @Test mutating func theLastWorkOfADrainingPoolMayDieWithItsWorker() {
        let posts = submit(0..<1)
        machine.close(&actions)
        _ = machine.ended(seat: posts[0].seat, begunAnything: true)
        machine.replace(seat: posts[0].seat, &actions)
        #expect(actions == [.dismiss(seat: 1 - posts[0].seat)])
        leave(1 - posts[0].seat)
        #expect(actions.last == .finish)
    }

    @Test mutating func aClosedPoolWithoutWorkersEndsAtOnce() {
        machine = PoolMachine(seats: 2, slots: 4)
        actions = []
        machine.close(&actions)
        #expect(actions == [.finish])
    }

    @Test mutating func terminatingDropsEverythingAndKills() {
        let posts = submit(0..<12)
        machine.terminate(&actions)
        let drops = (0..<12).map { Action.drop($0) }
        #expect(actions == drops + [.kill(seat: 0), .kill(seat: 1)])
        #expect(machine.isIdle)
        actions = []
        // What the workers still say counts for nothing.
        machine.slotFreed(seat: posts[0].seat, slot: posts[0].slot, &actions)
        machine.revoked(seat: posts[1].seat, slot: posts[1].slot, requeue: true, &actions)
        machine.close(&actions)
        #expect(actions == [])
        #expect(machine.ended(seat: 0, begunAnything: true).isEmpty)
        machine.replace(seat: 0, &actions)
        #expect(actions == [])
        leave(1)
        #expect(actions == [.finish])
    }

    @Test mutating func terminatingKillsWorkersThatWereAskedToLeave() {
        machine.close(&actions)
        leave(0)
        actions = []
        machine.terminate(&actions)
        #expect(actions == [.kill(seat: 1)])
        actions = []
        leave(1)
        machine.terminate(&actions)
        #expect(actions == [.finish])
    }

    @Test mutating func aWorkerThatComesTooLateIsKilled() {
        machine = PoolMachine(seats: 1, slots: 4)
        actions = []
        machine.terminate(&actions)
        #expect(actions == [.finish])
        machine.occupied(seat: 0, &actions)
        #expect(actions == [.finish, .kill(seat: 0)])
        leave(0)
        #expect(actions == [.finish, .kill(seat: 0)])
    }
}
