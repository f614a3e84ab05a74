import Glibc
import MultiprocessingCore
import Testing

@Suite struct LockWordTests {
    private let lock: LockWord
    private let me = ProcessStamp.current

    init() throws {
        lock = LockWord(try sharedMemory(), at: 64)
    }

    @Test func aFreeLockIsAcquiredAndReleasedOnce() {
        #expect(lock.holder == nil)
        #expect(lock.acquireIfClean(as: me))
        #expect(lock.holder == me && !lock.acquireIfClean(as: me))
        #expect(lock.tryAcquire(as: .parent) == .held && lock.takeOver(as: .parent) == .held)
        #expect(lock.release() && !lock.release())
        #expect(lock.holder == nil)
    }

    @Test func aDeadHoldersLockIsTakenOverAndStaysDamagedUntilARepair() {
        let dead = ProcessStamp.ended(1)
        #expect(lock.acquireIfClean(as: dead))
        #expect(lock.tryAcquire(as: me) == .held)
        #expect(lock.takeOver(as: me) == .acquiredAfterDeath(of: dead.pid))
        #expect(lock.release(keepingDamage: true))
        #expect(!lock.acquireIfClean(as: me))
        #expect(lock.tryAcquire(as: me) == .acquiredAfterDeath(of: dead.pid))
        lock.repaired()
        #expect(lock.release() && lock.acquireIfClean(as: me) && lock.release())
    }

    @Test func aHeirThatDiesIsTakenOverToo() {
        let (first, second) = (ProcessStamp.ended(1), ProcessStamp.ended(2))
        #expect(lock.acquireIfClean(as: first))
        #expect(lock.takeOver(as: second) == .acquiredAfterDeath(of: first.pid))
        #expect(lock.takeOver(as: me) == .acquiredAfterDeath(of: second.pid))
    }

    @Test func aReleaseWithoutARepairEndsTheLock() {
        #expect(lock.acquireIfClean(as: .ended(1)))
        _ = lock.takeOver(as: me)
        #expect(lock.release())
        #expect(lock.isUnrecoverable)
        #expect(lock.tryAcquire(as: me) == .unrecoverable && lock.takeOver(as: me) == .unrecoverable)
        #expect(!lock.release())
    }

    @Test func aFreeLockIsAcquiredByWhoWantsToTakeItOver() {
        #expect(lock.takeOver(as: me) == .acquired)
    }

    @Test func sleepersAnnounceThemselvesOnlyWhileItIsHeld() {
        #expect(lock.announceSleeper() == nil)
        #expect(lock.acquireIfClean(as: me))
        let value = lock.announceSleeper()
        #expect(value == lock.signal.value && value == lock.announceSleeper())
        #expect(lock.release())
        #expect(lock.signal.value == 0)
    }

    @Test func aGuardIsRepairedWhenItsHolderDied() throws {
        let memory = try sharedMemory()
        #expect(LockWord(memory, at: 0).acquireIfClean(as: .ended(3)))
        let `guard` = SharedGuard(memory, at: 0)
        var repairs = 0
        for _ in 0..<3 { `guard`.withLock(repair: { repairs += 1 }, {}) }
        #expect(repairs == 1)
    }

    @Test func lifeIsReadFromTheKernelsLine() throws {
        #expect(
            me.life == .alive && ProcessStamp.parent.life == .alive && ProcessStamp.ended(1).life == .ended)
        #expect(ProcessStamp(of: getpid()) == me)
        func line(_ state: String, threads: Int) -> [UInt8] {
            Array("7 (a) S 1) \(state) 1 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 \(threads) 0 1234 0 0".utf8)
        }
        // A first thread that has ended is not the end of the others.
        for (state, threads, hasEnded) in [
            ("R", 1, false), ("T", 3, false), ("Z", 2, false), ("Z", 1, true), ("X", 0, true),
        ] {
            let record = try #require(ProcessStamp.record(in: line(state, threads: threads)[...]))
            #expect(record.start == 1234 && record.hasEnded == hasEnded)
        }
        #expect(ProcessStamp.record(in: Array("7 (a".utf8)[...]) == nil)
        #expect(ProcessStamp.record(in: Array("7 (a) S 1 2".utf8)[...]) == nil)
    }
}
