import Testing

@testable import Multiprocessing

/// How workers are replaced, and how many there are.
@Suite struct PoolMachineLifeTests {
    typealias Action = PoolMachine.Action

    private var actions: [Action] = []

    /// A machine that has begun, whose orders to start were followed.
    private mutating func machine(
        _ seats: Int, minimum: Int? = nil, taskLimit: Int? = nil, seatLimit: Int = 1024
    ) -> PoolMachine {
        var machine = PoolMachine(
            seats: seats, slots: 32, minimum: minimum, taskLimit: taskLimit, seatLimit: seatLimit)
        machine.begin(&actions)
        follow(&machine)
        return machine
    }

    /// Follows the orders to start; returns all orders, and forgets them.
    @discardableResult
    private mutating func follow(_ machine: inout PoolMachine, ready: Bool = false) -> [Action] {
        var next = 0
        while next < actions.count {
            if case .start(let seat) = actions[next] {
                machine.occupied(seat: seat, &actions)
                if ready { machine.ready(seat: seat, &actions) }
            }
            next += 1
        }
        defer { actions = [] }
        return actions
    }

    private mutating func leave(_ machine: inout PoolMachine, _ seat: Int) -> [Action] {
        _ = machine.ended(seat: seat, begunAnything: true)
        machine.replace(seat: seat, &actions)
        return follow(&machine)
    }

    private static func places(_ actions: [Action]) -> [(id: UInt64, seat: Int, slot: Int)] {
        actions.compactMap {
            if case .post(let id, let seat, let slot) = $0 { (id, seat, slot) } else { nil }
        }
    }

    @Test("PLT-05: a worker's successor is started before it leaves, and works after it")
    mutating func theTaskLimit() {
        var machine = machine(1, taskLimit: 2)
        for id in 1...3 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let orders = follow(&machine)
        let posts = Self.places(orders)
        #expect(posts.map(\.id) == [1, 2])
        #expect(orders.contains(.start(seat: 1)))
        #expect(machine.seats.map(\.stage) == [.retiring, .standby])
        machine.slotFreed(seat: 0, slot: posts[0].slot, &actions)
        #expect(follow(&machine) == [])
        machine.slotFreed(seat: 0, slot: posts[1].slot, &actions)
        let last = follow(&machine)
        #expect(last.contains(.dismiss(seat: 0)))
        #expect(Self.places(last).map(\.seat) == [1])
        #expect(leave(&machine, 0) == [])
        #expect(machine.seats.map(\.stage) == [.empty, .working])
    }

    @Test mutating func whatWasTakenBackDoesNotCountForTheTaskLimit() {
        var machine = machine(1, taskLimit: 2)
        for id in 1...3 as ClosedRange<UInt64> {
            machine.submit(id, bytes: 1, &actions)
            let posts = Self.places(follow(&machine))
            #expect(posts.map(\.id) == [id])
            guard id < 3 else { break }
            machine.revoked(seat: 0, slot: posts[0].slot, requeue: false, &actions)
            machine.slotFreed(seat: 0, slot: posts[0].slot, &actions)
        }
        #expect(machine.seats.map(\.stage) == [.working])
        machine.submit(4, bytes: 1, &actions)
        #expect(follow(&machine).contains(.start(seat: 1)))
        #expect(machine.seats[0].stage == .retiring)
    }

    @Test("FRS-04: while there is no room for workers none is ordered, and later as many as are missing")
    mutating func pausedStarts() {
        var machine = machine(3)
        #expect(!machine.canDoWithout(seat: 0))
        for seat in 0..<3 { machine.ready(seat: seat, &actions) }
        #expect(machine.canDoWithout(seat: 0))
        machine.startsArePaused = true
        #expect(leave(&machine, 0) == [])
        #expect(leave(&machine, 1) == [])
        #expect(!machine.canDoWithout(seat: 2))
        machine.submit(1, bytes: 1, &actions)
        #expect(Self.places(follow(&machine)).map(\.seat) == [2])
        machine.resumeStarts(&actions)
        #expect(follow(&machine).filter { if case .start = $0 { true } else { false } }.count == 2)
        #expect(machine.takenCount == 3)
    }

    @Test mutating func aLimitOfOneTaskStartsNoMoreThanTwiceTheWorkers() {
        var machine = machine(2, taskLimit: 1)
        for id in 0..<100 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        #expect(Self.places(follow(&machine)).count == 2)
        #expect(machine.takenCount == 4)
    }

    @Test("POO-13 POO-14: workers are started for work that no idle one can take")
    mutating func lazyStart() {
        var machine = machine(3, minimum: 0)
        #expect(machine.takenCount == 0)
        for id in 0..<3 as Range<UInt64> {
            machine.submit(id, bytes: 1, &actions)
            let post = Self.places(follow(&machine))[0]
            #expect(post.seat == 0)
            machine.slotFreed(seat: post.seat, slot: post.slot, &actions)
        }
        for id in 10..<30 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        #expect(Set(Self.places(follow(&machine)).map(\.seat)) == [0, 1, 2])
        #expect(machine.takenCount == 3)
    }

    @Test mutating func idleWorkersAboveTheMinimumLeaveAfterTwoLooks() {
        var machine = machine(3, minimum: 1)
        machine.warmUp(&actions)
        follow(&machine)
        for seat in 0..<3 { machine.ready(seat: seat, &actions) }
        #expect(machine.hasSurplus)
        machine.idleTimePassed(&actions)
        #expect(actions == [])
        machine.submit(1, bytes: 1, &actions)
        let busy = Self.places(follow(&machine))[0]
        machine.idleTimePassed(&actions)
        #expect(actions.count == 2)
        #expect(!actions.contains(.dismiss(seat: busy.seat)))
        #expect(!machine.hasSurplus)
    }

    @Test mutating func whileThePoolWarmsUpNobodyLeavesAndTheDeadAreReplaced() {
        var machine = machine(2, minimum: 0)
        machine.warmUp(&actions)
        #expect(follow(&machine) == [.start(seat: 0), .start(seat: 1)])
        machine.ready(seat: 0, &actions)
        for _ in 0..<3 { machine.idleTimePassed(&actions) }
        #expect(actions == [])
        #expect(leave(&machine, 1) == [.start(seat: 1)])
        machine.ready(seat: 1, &actions)
        #expect(machine.isWarm)
        machine.idleTimePassed(&actions)
        machine.idleTimePassed(&actions)
        #expect(actions == [.dismiss(seat: 0), .dismiss(seat: 1)])
    }

    @Test mutating func aDueWorkerWorksUntilItsSuccessorIsReady() {
        var machine = machine(1)
        machine.becomeDue([0], &actions)
        #expect(follow(&machine) == [.start(seat: 1)])
        machine.submit(1, bytes: 1, &actions)
        let post = Self.places(follow(&machine))[0]
        #expect(post.seat == 0)
        machine.ready(seat: 1, &actions)
        #expect(follow(&machine) == [])
        machine.submit(2, bytes: 1, &actions)
        #expect(follow(&machine) == [])
        machine.slotFreed(seat: 0, slot: post.slot, &actions)
        let orders = follow(&machine)
        #expect(orders.contains(.dismiss(seat: 0)))
        #expect(Self.places(orders).map(\.seat) == [1])
    }

    @Test mutating func rollingReplacesEveryWorker() {
        var machine = machine(3)
        machine.becomeDue([0, 1, 2], &actions)
        let orders = follow(&machine, ready: true)
        #expect(orders.filter { if case .dismiss = $0 { true } else { false } }.count == 3)
        for seat in 0..<3 { _ = leave(&machine, seat) }
        #expect(machine.seats.map(\.stage) == [.empty, .empty, .empty, .working, .working, .working])
    }

    @Test mutating func withoutRoomForAnotherOneLeavesFirst() {
        var machine = machine(2, seatLimit: 2)
        machine.becomeDue([0, 1], &actions)
        #expect(follow(&machine) == [.dismiss(seat: 1)])
        #expect(leave(&machine, 1) == [.start(seat: 1)])
        machine.ready(seat: 1, &actions)
        #expect(follow(&machine) == [.dismiss(seat: 0)])
        #expect(leave(&machine, 0) == [.start(seat: 0)])
        #expect(machine.seats.allSatisfy { !$0.isDue })
    }

    @Test("POO-23: shrinking keeps the busy worker, growing keeps all")
    mutating func resizing() {
        var machine = machine(2)
        machine.submit(1, bytes: 1, &actions)
        let busy = Self.places(follow(&machine))[0]
        machine.resize(to: 1, minimum: 1, &actions)
        #expect(follow(&machine) == [.dismiss(seat: 1 - busy.seat)])
        _ = leave(&machine, 1 - busy.seat)
        machine.resize(to: 1, minimum: 1, &actions)
        #expect(actions == [])
        machine.resize(to: 3, minimum: 3, &actions)
        #expect(follow(&machine).count == 2)
        #expect(machine.seats.filter { $0.stage == .working }.count == 3)
    }

    @Test mutating func tasksOfAKeyStayWithTheirWorker() {
        var machine = machine(2)
        for id in 0..<40 as Range<UInt64> { machine.submit(id, bytes: 1, key: 5, &actions) }
        let first = Self.places(follow(&machine))
        let seat = first[0].seat
        #expect(first.count == PoolMachine.depth)
        #expect(first.allSatisfy { $0.seat == seat })
        // Others pass them by.
        machine.submit(100, bytes: 1, &actions)
        #expect(Self.places(follow(&machine)).map(\.seat) == [1 - seat])
        machine.slotFreed(seat: seat, slot: first[0].slot, &actions)
        #expect(Self.places(follow(&machine)).map(\.id) == [16])
        // With the worker goes the place; all of it moves on together.
        let held = machine.ended(seat: seat, begunAnything: true)
        machine.resubmit(held.map { ($0.id, 1, 5) }, &actions)
        machine.replace(seat: seat, &actions)
        let moved = Self.places(follow(&machine))
        #expect(Set(moved.map(\.seat)).count == 1)
        #expect(moved.map(\.id).first == 1)
    }

    @Test mutating func aWorkerThatIsNotStartedAfterAllLeavesNothingBehind() {
        var machine = PoolMachine(seats: 2, slots: 4)
        machine.begin(&actions)
        machine.terminate(&actions)
        #expect(machine.phase == .ending)
        actions = []
        machine.notStarted(seat: 0, &actions)
        machine.notStarted(seat: 1, &actions)
        #expect(actions == [.finish])
    }
}
