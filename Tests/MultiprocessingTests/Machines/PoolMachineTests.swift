import Testing

@testable import Multiprocessing

@Suite struct PoolMachineTests {
    typealias Action = PoolMachine.Action

    /// A machine whose seats are all occupied, and nothing submitted.
    private static func machine(seats: Int, slots: Int = 32) -> PoolMachine {
        var machine = PoolMachine(seats: seats, slots: slots)
        var actions: [Action] = []
        for seat in 0..<seats { machine.occupied(seat: seat, &actions) }
        return machine
    }

    private static func posts(_ actions: [Action]) -> [(id: UInt64, seat: Int, slot: Int)] {
        actions.compactMap { action in
            if case .post(let id, let seat, let slot) = action { (id, seat, slot) } else { nil }
        }
    }

    @Test func beginningStartsEverySeat() {
        var machine = PoolMachine(seats: 3, slots: 4)
        var actions: [Action] = []
        machine.begin(&actions)
        #expect(actions == [.start(seat: 0), .start(seat: 1), .start(seat: 2)])
    }

    @Test func workWaitsForAWorker() {
        var machine = PoolMachine(seats: 1, slots: 4)
        var actions: [Action] = []
        machine.begin(&actions)
        #expect(actions == [.start(seat: 0)])
        machine.submit(1, bytes: 10, &actions)
        #expect(actions == [.start(seat: 0)])
        machine.occupied(seat: 0, &actions)
        #expect(Self.posts(actions).map(\.id) == [1])
        #expect(machine.place(of: 1)?.seat == 0)
        #expect(!machine.isIdle)
    }

    @Test func idleWorkersComeFirst() {
        var machine = Self.machine(seats: 3)
        var actions: [Action] = []
        for id in 1...6 as ClosedRange<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let seats = Self.posts(actions).map(\.seat)
        #expect(Set(seats[0..<3]) == [0, 1, 2])
        #expect(Set(seats[3..<6]) == [0, 1, 2])
    }

    @Test func theWarmWorkerComesFirst() throws {
        var machine = Self.machine(seats: 4)
        var actions: [Action] = []
        machine.submit(1, bytes: 1, &actions)
        let first = try #require(Self.posts(actions).first)
        machine.slotFreed(seat: first.seat, slot: first.slot, &actions)
        actions = []
        machine.submit(2, bytes: 1, &actions)
        #expect(Self.posts(actions).map(\.seat) == [first.seat])
    }

    @Test func aWorkerHoldsNoMoreThanTheDepth() {
        var machine = Self.machine(seats: 2)
        var actions: [Action] = []
        for id in 0..<100 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let posts = Self.posts(actions)
        #expect(posts.map(\.id) == Array(0..<UInt64(2 * PoolMachine.depth)))
        let places = Set(posts.map { [$0.seat, $0.slot] })
        #expect(places.count == posts.count)
        actions = []
        machine.slotFreed(seat: posts[0].seat, slot: posts[0].slot, &actions)
        #expect(Self.posts(actions).map(\.id) == [UInt64(2 * PoolMachine.depth)])
    }

    @Test func fewerSlotsThanTheDepthAreEnough() {
        var machine = Self.machine(seats: 1, slots: 3)
        var actions: [Action] = []
        for id in 0..<10 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        #expect(Self.posts(actions).count == 3)
    }

    @Test func bytesLimitWhatIsHeldBeyondTwoChunks() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 0..<5 as Range<UInt64> { machine.submit(id, bytes: PoolMachine.byteBudget, &actions) }
        #expect(Self.posts(actions).map(\.id) == [0, 1])
        let first = Self.posts(actions)[0]
        actions = []
        machine.slotFreed(seat: 0, slot: first.slot, &actions)
        #expect(Self.posts(actions).map(\.id) == [2])
    }

    @Test func whatWasTakenBackNoLongerCountsAsHeldBytes() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        machine.submit(0, bytes: 1, &actions)
        machine.submit(1, bytes: PoolMachine.byteBudget, &actions)
        let posts = Self.posts(actions)
        machine.revoked(seat: 0, slot: posts[1].slot, requeue: false, &actions)
        #expect(actions.last == .drop(1))
        machine.slotFreed(seat: 0, slot: posts[1].slot, &actions)
        actions = []
        for id in 2..<6 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        #expect(Self.posts(actions).map(\.id) == [2, 3, 4, 5])
    }

    @Test func aWorkerThatRunsDryTakesOverHalfOfWhatWaitsElsewhere() {
        var machine = Self.machine(seats: 2)
        var actions: [Action] = []
        for id in 0..<8 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let posts = Self.posts(actions)
        let dry = posts[0].seat
        let rich = posts.filter { $0.seat != dry }
        var held = posts.filter { $0.seat == dry }
        // The rich one runs its first chunk for ever: everything else of it moves over, the last first.
        for moved in [[rich[3], rich[2]], [rich[1]]] {
            actions = []
            for post in held { machine.slotFreed(seat: dry, slot: post.slot, &actions) }
            #expect(actions == moved.map { .revoke($0.id, seat: $0.seat, slot: $0.slot) })
            actions = []
            for post in moved { machine.revoked(seat: post.seat, slot: post.slot, requeue: true, &actions) }
            held = Self.posts(actions)
            #expect(held.map(\.id) == moved.map(\.id) && held.allSatisfy { $0.seat == dry })
        }
        actions = []
        for post in held { machine.slotFreed(seat: dry, slot: post.slot, &actions) }
        #expect(actions == [])
        #expect(machine.place(of: rich[0].id)?.slot == rich[0].slot)
    }

    @Test func aNewWorkerTakesOverWhatWaitsElsewhere() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 0..<3 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let last = Self.posts(actions)[2]
        actions = []
        machine.resize(to: 2, minimum: 2, &actions)
        #expect(actions == [.start(seat: 1)])
        actions = []
        machine.occupied(seat: 1, &actions)
        #expect(actions == [.revoke(last.id, seat: 0, slot: last.slot)])
    }

    @Test func aWorkersEndGivesItsChunksBackInOrder() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        for id in 0..<5 as Range<UInt64> { machine.submit(id, bytes: 1, &actions) }
        let posts = Self.posts(actions)
        machine.slotFreed(seat: 0, slot: posts[0].slot, &actions)
        machine.submit(5, bytes: 1, &actions)
        let held = machine.ended(seat: 0, begunAnything: true)
        #expect(held.map(\.id) == [1, 2, 3, 4, 5])
        actions = []
        machine.submit(6, bytes: 1, &actions)
        machine.resubmit(held.dropFirst().map { ($0.id, 1, nil) }, &actions)
        machine.replace(seat: 0, &actions)
        #expect(actions == [.start(seat: 0)])
        actions = []
        machine.occupied(seat: 0, &actions)
        #expect(Self.posts(actions).map(\.id) == [2, 3, 4, 5, 6])
    }

    @Test func allSlotsOfANewWorkerAreFree() {
        var machine = Self.machine(seats: 1, slots: 4)
        var actions: [Action] = []
        for round in 0..<10 as Range<UInt64> {
            actions = []
            for id in 0..<4 as Range<UInt64> { machine.submit(round * 4 + id, bytes: 1, &actions) }
            let slots = Set(Self.posts(actions).map(\.slot))
            #expect(slots == [0, 1, 2, 3])
            _ = machine.ended(seat: 0, begunAnything: true)
            machine.replace(seat: 0, &actions)
            machine.occupied(seat: 0, &actions)
        }
    }

    @Test func deathsBeforeAnyWorkAreCountedInARow() {
        var machine = Self.machine(seats: 2)
        var actions: [Action] = []
        for death in 1...3 {
            _ = machine.ended(seat: 0, begunAnything: false)
            #expect(machine.fruitlessDeaths == death)
            machine.occupied(seat: 0, &actions)
        }
        _ = machine.ended(seat: 0, begunAnything: true)
        #expect(machine.fruitlessDeaths == 0)
        machine.occupied(seat: 0, &actions)
        _ = machine.ended(seat: 0, begunAnything: false)
        #expect(machine.fruitlessDeaths == 1)
        machine.submit(1, bytes: 1, &actions)
        let post = Self.posts(actions)[0]
        machine.slotFreed(seat: post.seat, slot: post.slot, &actions)
        #expect(machine.fruitlessDeaths == 0)
    }

    @Test func eventsOfSlotsThatAreFreeChangeNothing() {
        var machine = Self.machine(seats: 1)
        var actions: [Action] = []
        machine.slotFreed(seat: 0, slot: 7, &actions)
        machine.revoked(seat: 0, slot: 7, requeue: true, &actions)
        machine.revoked(seat: 0, slot: 7, requeue: false, &actions)
        #expect(machine.withdraw(99, &actions) == nil)
        #expect(actions == [])
        #expect(machine.isIdle)
    }
}
