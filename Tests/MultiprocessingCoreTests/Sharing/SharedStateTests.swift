import MultiprocessingCore
import Testing

@Suite struct EventCountTests {
    @Test func aWakeWithoutSleepersChangesNothing() throws {
        let count = EventCount(try sharedMemory(), at: 0)
        count.wake(1)
        #expect(count.signal.value == 0)
        let seen = count.announceSleeper()
        count.wake(1)
        // Whoever is about to sleep does not, and nobody slept, so the mark is gone.
        #expect(count.signal.value == seen &+ 1)
        count.wake(1)
        #expect(count.signal.value == seen &+ 1)
    }

    @Test func anEventIsSetAndClearedAndCounted() throws {
        let event = EventState(try sharedMemory(), at: 0)
        #expect(!event.isSet && event.count == 0)
        let value = event.announceSleeper()
        #expect(value == event.signal.value)
        event.set()
        #expect(event.isSet && event.count == 1 && event.announceSleeper() == nil)
        event.set()
        #expect(event.count == 1)
        event.clear()
        event.clear()
        #expect(!event.isSet && event.count == 1)
    }
}

@Suite struct MemberTableTests {
    @Test func seatsAreFoundTakenAndGivenUp() throws {
        let table = MemberTable(try sharedMemory(), at: 0, seats: 3)
        let stamps = (1...4).map { ProcessStamp.ended($0) }
        #expect(table.find(stamps[0]) == nil && table.members.isEmpty)
        #expect(stamps.map { table.seat(of: $0) } == [0, 1, 2, nil])
        #expect(stamps.map { table.seat(of: $0) } == [0, 1, 2, nil])
        table.first(1).value = 5
        table.second(1).value = 6
        let member = table.members[1]
        #expect(member.seat == 1 && member.process == stamps[1] && member.first == 5 && member.second == 6)
        table.leave(1)
        #expect(table.find(stamps[1]) == nil)
        #expect(table.seat(of: stamps[3]) == 1)
        #expect(table.first(1).value == 0 && table.second(1).value == 0)
    }

    @Test func aNumberOfSeatsThatCannotBeIsNotBelieved() throws {
        let memory = try sharedMemory()
        SharedWord(memory, at: 0).value = .max
        let table = MemberTable(memory, at: 0, seats: 3)
        #expect(table.members.isEmpty && table.seat(of: .current) == 0)
    }
}

@Suite struct SemaphoreStateTests {
    private let memory: SharedMapping
    private let semaphore: SemaphoreState
    private let me = ProcessStamp.current

    init() throws {
        memory = try sharedMemory()
        semaphore = SemaphoreState(memory, at: 0)
        semaphore.prepare(value: 2, bound: 3)
    }

    @Test func permitsAreTakenAndGivenBack() {
        #expect(semaphore.acquire(as: me) && semaphore.acquire(as: .parent) && !semaphore.acquire(as: me))
        // Its own, then another's, then a new one.
        for value in 1...3 {
            #expect(semaphore.release(as: me) == .released)
            #expect(semaphore.value == value)
        }
        #expect(semaphore.release(as: me) == .full)
    }

    @Test func permitsOfTheDeadComeBack() {
        #expect(semaphore.acquire(as: .ended(1)) && semaphore.acquire(as: .ended(2)))
        #expect(!semaphore.acquire(as: me))
        #expect(semaphore.settle() == 2 && semaphore.settle() == 0)
        #expect(semaphore.value == 2)
    }

    @Test func whatADeadHolderOfTheGuardLeftIsMadeUp() {
        #expect(semaphore.acquire(as: me))
        // Killed between the two numbers that it changes.
        SharedWord(memory, at: 16).value = 7
        #expect(LockWord(memory, at: 0).acquireIfClean(as: .ended(1)))
        #expect(semaphore.acquire(as: me) && !semaphore.acquire(as: me))
    }

    @Test func moreProcessesThanSeatsCanUseIt() {
        for number in 0..<UInt64(SemaphoreState.seats + 20) {
            let process = ProcessStamp.ended(number)
            #expect(semaphore.acquire(as: process) && semaphore.release(as: process) == .released)
        }
        #expect(semaphore.value == 2)
    }
}

@Suite struct ConditionStateTests {
    private let condition: ConditionState
    private let me = ProcessStamp.current

    init() throws {
        condition = ConditionState(try sharedMemory(), at: 0)
    }

    @Test func eachNotificationIsTakenOnce() {
        #expect(condition.notify(1) == 0)
        #expect(condition.enter(as: me) && condition.enter(as: me) && condition.waiting == 2)
        #expect(!condition.take(as: me) && !condition.isNotified(me))
        #expect(condition.notify(1) == 1 && condition.isNotified(me) && condition.waiting == 1)
        #expect(condition.take(as: me) && !condition.take(as: me))
        #expect(!condition.leave(as: me) && condition.waiting == 0)
        #expect(condition.notify(.max) == 0)
    }

    @Test func whoLeavesWhenAllAreNotifiedWasNotified() {
        #expect(condition.enter(as: me) && condition.enter(as: me))
        #expect(condition.notify(.max) == 2)
        #expect(condition.leave(as: me) && condition.leave(as: me) && !condition.leave(as: me))
    }

    @Test func processesGetTheirTurns() {
        for process in [me, .parent] { #expect(condition.enter(as: process) && condition.enter(as: process)) }
        #expect(condition.notify(1) == 1 && condition.notify(1) == 1)
        #expect(condition.take(as: me) && condition.take(as: .parent))
    }

    @Test func notificationsOfTheDeadAreHandedOn() {
        let dead = ProcessStamp.ended(1)
        #expect(condition.enter(as: dead) && condition.enter(as: dead))
        #expect(condition.notify(2) == 2)
        #expect(condition.enter(as: me))
        condition.settle()
        #expect(condition.take(as: me) && condition.waiting == 0)
        condition.settle()
        #expect(condition.notify(1) == 0)
    }
}

@Suite struct BarrierStateTests {
    private let memory: SharedMapping
    private let barrier: BarrierState
    private let me = ProcessStamp.current

    init() throws {
        memory = try sharedMemory()
        barrier = BarrierState(memory, at: 0)
        barrier.prepare(parties: 2)
    }

    @Test func generationsPassOneAfterTheOther() {
        for generation in 0..<UInt32(130) {
            #expect(barrier.arrive(as: me) == .wait(generation: generation, index: 0))
            #expect(barrier.waiting == 1 && barrier.outcome(of: generation) == nil)
            #expect(barrier.arrive(as: .parent) == .act(generation: generation, index: 1))
            #expect(barrier.isBusy && barrier.arrive(as: me) == .busy)
            #expect(barrier.open(generation) && !barrier.open(generation))
            #expect(barrier.outcome(of: generation) == .passed && barrier.mayHaveEnded(generation))
        }
    }

    @Test func anAbortLastsUntilAReset() {
        #expect(barrier.arrive(as: me) == .wait(generation: 0, index: 0))
        barrier.abort()
        #expect(barrier.isBroken && barrier.arrive(as: me) == .broken && barrier.outcome(of: 0) == .broken)
        barrier.reset()
        #expect(barrier.outcome(of: 0) == .broken && !barrier.isBroken && barrier.waiting == 0)
        barrier.reset()
        #expect(barrier.arrive(as: me) == .wait(generation: 1, index: 0))
    }

    @Test func breakingOffComesTooLateForAGenerationThatPassed() {
        _ = barrier.arrive(as: me)
        _ = barrier.arrive(as: me)
        #expect(barrier.open(0) && barrier.breakOff(0) == .passed && !barrier.isBroken)
        #expect(barrier.breakOff(1) == .broken && barrier.isBroken)
    }

    @Test func aDeadPartyBreaksItAndOneThatLeftDoesNot() {
        barrier.leave(as: .ended(1))
        _ = barrier.arrive(as: .ended(1))
        _ = barrier.arrive(as: me)
        #expect(barrier.open(0))
        barrier.leave(as: .ended(1))
        barrier.settle()
        #expect(!barrier.isBroken)
        _ = barrier.arrive(as: .ended(2))
        // Who waits does not leave.
        barrier.leave(as: .ended(2))
        barrier.settle()
        #expect(barrier.isBroken && barrier.outcome(of: 1) == .broken)
    }

    @Test func aResetForgetsTheDead() {
        _ = barrier.arrive(as: .ended(1))
        barrier.reset()
        barrier.settle()
        #expect(!barrier.isBroken && barrier.outcome(of: 0) == .broken)
    }

    @Test func anEnderThatDiedIsFinishedFor() {
        _ = barrier.arrive(as: me)
        _ = barrier.arrive(as: .parent)
        // Killed when it had written that generation 0 is ending.
        SharedLongWord(memory, at: 16).value = 3
        #expect(LockWord(memory, at: 0).acquireIfClean(as: .ended(1)))
        #expect(barrier.outcome(of: 0) == .passed && barrier.waiting == 0)
        #expect(barrier.arrive(as: me) == .wait(generation: 1, index: 0))
    }
}
