import TestSupport
import Testing

@testable import Multiprocessing

/// The machines of managed locks, without processes and clocks.
@Suite struct LockMachineTests {
    private typealias Client = ManagerSystem.Client

    private func client(_ number: UInt64) -> Client {
        Client(id: number, processID: Int32(100 + number), session: number)
    }

    private func owner(_ number: UInt64, task: UInt64 = 0) -> LockMachine.Owner {
        LockMachine.Owner(client: client(number), task: task)
    }

    @Test func inOrder() {
        var machine = LockMachine()
        #expect(machine.acquire(as: owner(1), ticket: 1) == .acquired)
        #expect(machine.acquire(as: owner(2), ticket: 2) == nil)
        #expect(machine.acquire(as: owner(3), ticket: 3) == nil)
        #expect(machine.acquire(as: owner(4), ticket: 4) == nil)
        machine.leave(3)
        let first = machine.release()
        #expect(first && machine.owner == owner(2))
        #expect(machine.woken.map(\.ticket) == [2] && machine.woken.map(\.outcome) == [.acquired])
        machine.woken = []
        _ = machine.release()
        #expect(machine.woken.map(\.ticket) == [4])
        let last = machine.release()
        let none = machine.release()
        #expect(last && !none && machine.owner == nil)
    }

    @Test func whoComesLaterWaitsBehindThoseWhoWait() {
        var machine = LockMachine()
        _ = machine.acquire(as: owner(1), ticket: 1)
        _ = machine.acquire(as: owner(2), ticket: 2)
        _ = machine.release()
        #expect(machine.acquire(as: owner(1), ticket: 3) == nil && machine.owner == owner(2))
    }

    @Test func anOwnerThatIsGone() {
        var machine = LockMachine()
        _ = machine.acquire(as: owner(1), ticket: 1)
        _ = machine.acquire(as: owner(2), ticket: 2)
        machine.end(client(1))
        #expect(machine.woken.map(\.outcome) == [.ownerDied(101)])
        // Nobody repairs, and says so: the next one is told as well.
        _ = machine.release(keepingDamage: true)
        #expect(machine.acquire(as: owner(3), ticket: 3) == .ownerDied(101))
        machine.repaired()
        _ = machine.release()
        #expect(machine.acquire(as: owner(3), ticket: 4) == .acquired)
        machine.end(client(2))
        #expect(machine.owner == owner(3))
    }

    @Test func aReleaseWithoutARepair() {
        var machine = LockMachine()
        _ = machine.acquire(as: owner(1), ticket: 1)
        machine.end(client(1))
        _ = machine.acquire(as: owner(2), ticket: 2)
        _ = machine.acquire(as: owner(3), ticket: 3)
        _ = machine.release()
        #expect(machine.woken.map(\.outcome) == [.unrecoverable] && machine.owner == nil)
        #expect(machine.acquire(as: owner(3), ticket: 4) == .unrecoverable)
    }

    @Test func recursive() {
        var machine = LockMachine()
        for _ in 0..<3 {
            #expect(machine.acquire(as: owner(1, task: 7), isRecursive: true, ticket: 1) == .acquired)
        }
        #expect(machine.acquire(as: owner(1, task: 8), isRecursive: true, ticket: 2) == nil)
        let stranger = machine.release(by: owner(1, task: 8))
        #expect(!stranger && machine.depth == 3)
        for _ in 0..<3 { _ = machine.release(by: owner(1, task: 7)) }
        #expect(machine.owner == owner(1, task: 8) && machine.depth == 1)
        machine.end(client(1))
        #expect(machine.owner == nil && machine.depth == 0)
    }

    @Test("Any sequence of events leaves one owner, no free lock with waiters, and nobody woken twice")
    func model() {
        for seed in 0..<50 {
            var random = SplitMix64(state: UInt64(seed))
            var machine = LockMachine()
            var waiting: Set<UInt64> = []
            for ticket in UInt64(1)...400 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5:
                    let number = UInt64.random(in: 1...4, using: &random)
                    if machine.acquire(as: owner(number), ticket: ticket) == nil { waiting.insert(ticket) }
                case 5..<8: _ = machine.release(keepingDamage: true)
                case 8:
                    guard let ticket = waiting.pick(using: &random) else { break }
                    waiting.remove(ticket)
                    machine.leave(ticket)
                default: machine.end(client(UInt64.random(in: 1...4, using: &random)))
                }
                for wake in machine.woken { #expect(waiting.remove(wake.ticket) != nil) }
                machine.woken = []
                #expect(machine.waitingCount == waiting.count)
                #expect(waiting.isEmpty || machine.owner != nil)
            }
        }
    }

    // MARK: Permits

    @Test func permits() {
        var machine = SemaphoreMachine(value: 2, bound: 2)
        #expect(machine.acquire(as: client(1), ticket: 1) == true)
        #expect(machine.acquire(as: client(1), ticket: 2) == true)
        #expect(machine.acquire(as: client(2), ticket: 3) == nil)
        #expect(machine.acquire(as: client(3), ticket: 4) == nil)
        machine.end(client(1))
        #expect(machine.woken.map(\.ticket) == [3, 4] && machine.value == 0)
        let results = (0..<3).map { _ in machine.release(by: client(2)) }
        #expect(results == [true, true, false] && machine.value == 2)
        // What a stranger gave back, nobody gives back once more.
        machine.end(client(3))
        #expect(machine.value == 2)
    }

    @Test func aPermitMore() {
        var machine = SemaphoreMachine(value: 0, bound: nil)
        #expect(machine.acquire(as: client(1), ticket: 1) == nil)
        let isGiven = machine.release(by: client(2))
        #expect(isGiven && machine.woken.map(\.ticket) == [1] && machine.value == 0)
    }

    @Test func signals() {
        var machine = SignalMachine()
        for ticket in UInt64(1)...5 { #expect(machine.enter(ticket) == nil) }
        machine.leave(2)
        machine.notify(2)
        #expect(machine.woken.map(\.ticket) == [1, 3] && machine.waitingCount == 2)
        machine.set()
        machine.clear()
        #expect(machine.woken.map(\.ticket) == [1, 3, 4, 5] && machine.enter(6) == nil)
        machine.set()
        #expect(machine.enter(7) == true)
    }

    // MARK: Barriers

    @Test func rounds() {
        var machine = BarrierMachine(parties: 3)
        for round in 0..<2 {
            let base = UInt64(10 * round)
            for ticket in base + 1...base + 3 {
                let arrival = machine.arrive(client(ticket), hasAction: false, ticket: ticket)
                #expect(arrival == nil)
            }
            #expect(machine.woken.map(\.ticket) == [base + 1, base + 2, base + 3])
            #expect(machine.woken.map(\.outcome) == [.passed(0), .passed(1), .passed(2)])
            machine.woken = []
        }
    }

    @Test func actions() {
        var machine = BarrierMachine(parties: 2)
        _ = machine.arrive(client(1), hasAction: true, ticket: 1)
        _ = machine.arrive(client(2), hasAction: true, ticket: 2)
        #expect(machine.woken.map(\.outcome) == [.act(round: 0, index: 1)])
        machine.woken = []
        // Two of the next round come early.
        _ = machine.arrive(client(3), hasAction: false, ticket: 3)
        _ = machine.arrive(client(4), hasAction: false, ticket: 4)
        #expect(machine.woken.isEmpty)
        let isOpen = machine.open(0)
        #expect(isOpen && machine.woken.map(\.ticket) == [1, 3, 4])
        let again = machine.open(0)
        #expect(!again)
    }

    @Test func broken() {
        var machine = BarrierMachine(parties: 3)
        _ = machine.arrive(client(1), hasAction: false, ticket: 1)
        _ = machine.arrive(client(2), hasAction: false, ticket: 2)
        machine.leave(1)
        #expect(machine.isBroken && machine.woken.map(\.ticket) == [2])
        #expect(machine.arrive(client(3), hasAction: false, ticket: 3) == .broken)
        machine.reset()
        #expect(!machine.isBroken && machine.waitingCount == 0)
    }

    @Test func anActorThatIsGone() {
        var machine = BarrierMachine(parties: 2)
        _ = machine.arrive(client(1), hasAction: false, ticket: 1)
        _ = machine.arrive(client(2), hasAction: true, ticket: 2)
        machine.end(client(2))
        #expect(machine.isBroken && machine.woken.last?.outcome == .broken)
        let isOpen = machine.open(0)
        #expect(!isOpen)
    }
}
