import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ConditionTests {
    @Test("waits and notifications without the lock are refused")
    func withoutLock() async throws {
        let condition = try SharedCondition()
        #expect(await code { try await condition.wait() } == .notHeld)
        #expect(await code { try condition.waitBlocking() } == .notHeld)
        #expect(await code { try condition.notify() } == .notHeld)
        #expect(await code { try condition.notifyAll() } == .notHeld)
        try await condition.withLock {
            #expect(await code { try condition.notify(-1) } == .invalidArgument)
        }
        #expect("\(condition)" == "SharedCondition(waiting: 0, SharedLock(owner: none))")
    }

    @Test("CND-04 CND-07: waits without a notification return false and hold the lock again")
    func limits() async throws {
        let condition = try SharedCondition()
        for timeout in [Duration.zero, .milliseconds(100)] {
            try await condition.withLock {
                let start = ContinuousClock.now
                let isNotified = try await condition.wait(timeout: timeout)
                #expect(!isNotified)
                #expect(ContinuousClock.now - start >= timeout)
                #expect(condition.lock.ownerID == getpid())
            }
            try await onThread {
                try condition.lock.withLockBlocking {
                    let isNotified = try condition.waitBlocking(timeout: timeout)
                    #expect(!isNotified)
                    #expect(condition.lock.ownerID == getpid())
                }
            }
        }
        #expect(condition.waitingCount == 0 && !condition.lock.isLocked)
    }

    @Test("CND-06: a predicate that never holds returns false, and not too early")
    func predicateLimit() async throws {
        let condition = try SharedCondition()
        let start = ContinuousClock.now
        let holds = try await condition.withLock {
            try await condition.wait(timeout: .milliseconds(100), until: { false })
        }
        #expect(!holds && ContinuousClock.now - start >= .milliseconds(100))
    }

    @Test("CND-01: a process and a thread sleep, and each notification wakes one", arguments: everyContext)
    func oneByOne(context: ProcessContext) async throws {
        let condition = try SharedCondition()
        let woken = try SharedSemaphore(value: 0)
        let child = ChildProcess(condition, woken, context: context) { condition, woken in
            try await condition.withLock { try await condition.wait() }
            try woken.release()
        }
        try await child.start()
        async let thread: Void = onThread {
            try condition.lock.withLockBlocking { _ = try condition.waitBlocking() }
            try woken.release()
        }
        await until { condition.waitingCount == 2 }
        for left in [1, 0] {
            try await condition.withLock { try condition.notify() }
            #expect(condition.waitingCount == left)
            try await woken.acquire()
            #expect(woken.value == 0)
        }
        try await thread
        #expect(try await child.join() == .exited(0))
    }

    @Test(
        "CND-03: of six sleepers two, then four are woken, and then there is nobody", arguments: everyContext)
    func numbers(context: ProcessContext) async throws {
        let condition = try SharedCondition()
        let woken = try SharedSemaphore(value: 0)
        let children = (0..<3).map { _ in
            ChildProcess(condition, woken, context: context) { condition, woken in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<2 {
                        group.addTask {
                            try await condition.withLock { try await condition.wait() }
                            try woken.release()
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        for child in children { try await child.start() }
        await until { condition.waitingCount == 6 }
        var left = 6
        for (notified, expected) in [(2, 2), (4, 4), (3, 0)] {
            try await condition.withLock { try condition.notify(notified) }
            left -= expected
            #expect(condition.waitingCount == left)
            for _ in 0..<expected { try await woken.acquire() }
            #expect(woken.value == 0)
        }
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test("CND-05: a predicate is asked until a child has raised the number", arguments: everyContext)
    func predicate(context: ProcessContext) async throws {
        let condition = try SharedCondition()
        let stage = try SharedSemaphore(value: 0)
        let child = ChildProcess(condition, stage, context: context) { condition, stage in
            for _ in 0..<4 {
                try await condition.withLock {
                    try stage.release()
                    try condition.notify()
                }
            }
        }
        try await child.start()
        #expect(try await condition.withLock { try await condition.wait(until: { stage.value == 4 }) })
        #expect(try await child.join() == .exited(0))
    }

    @Test("several conditions share a lock, and a notification is for one of them")
    func sharedLock() async throws {
        let lock = try SharedLock()
        let (full, empty) = (try SharedCondition(lock: lock), try SharedCondition(lock: lock))
        async let first: Bool = full.withLock { try await full.wait() }
        async let second: Bool = empty.withLock { try await empty.wait() }
        await until { full.waitingCount == 1 && empty.waitingCount == 1 }
        try await lock.withLock { try full.notifyAll() }
        #expect(try await first)
        #expect(empty.waitingCount == 1)
        try await lock.withLock { try empty.notifyAll() }
        #expect(try await second)
    }

    @Test("CND-07: cancelling ends a wait, with the lock held, and a notification is not lost")
    func cancelling() async throws {
        let condition = try SharedCondition()
        for round in 0..<100 {
            let (waiting, other) = (waiter(condition), waiter(condition))
            await until { condition.waitingCount == 2 }
            if round % 2 == 0 {
                waiting.cancel()
                #expect(try await !waiting.value)
                #expect(condition.waitingCount == 1)
                try await condition.withLock { try condition.notify() }
                #expect(try await other.value)
            } else {
                // Both at once: the notification goes to either of them.
                async let notified: Void = condition.withLock { try condition.notify() }
                waiting.cancel()
                try await notified
                if try await !waiting.value { #expect(try await other.value) }
                try await condition.withLock { try condition.notifyAll() }
                _ = try await other.value
            }
            #expect(condition.waitingCount == 0 && !condition.lock.isLocked)
        }
    }

    /// Waits, and tells whether a notification came; false when it was cancelled.
    private func waiter(_ condition: SharedCondition) -> Task<Bool, any Error> {
        Task {
            try await condition.withLock {
                do {
                    return try await condition.wait()
                } catch is CancellationError {
                    #expect(condition.lock.ownerID == getpid())
                    return false
                }
            }
        }
    }

    @Test("FLK-05: a notification of a waiter that was killed goes to another", arguments: everyContext)
    func deathOfANotified(context: ProcessContext) async throws {
        let condition = try SharedCondition()
        let victim = ChildProcess(condition, context: context) { condition in
            _ = try await condition.withLock { try await condition.wait() }
        }
        try await victim.start()
        let pid = try #require(victim.pid)
        // Asleep: it must not be stopped while it changes what all share.
        await until { condition.waitingCount == 1 && isAsleep(pid) }
        // It cannot take what it is notified of.
        kill(pid, SIGSTOP)
        await until { stateOfProcess(pid).hasPrefix("T") }
        let other = waiter(condition)
        await until { condition.waitingCount == 2 }
        // One for each: one of the two never comes to the stopped one.
        try await condition.withLock { try condition.notify() }
        try await condition.withLock { try condition.notify() }
        #expect(try await other.value)
        let third = waiter(condition)
        await until { condition.waitingCount == 1 }
        kill(pid, SIGKILL)
        #expect(try await third.value)
        try await victim.join()
        #expect(condition.waitingCount == 0)
    }

    @Test("FLK-02: a wait that gets the lock of a killed holder says so, and the next one is told too")
    func deathOfTheHolder() async throws {
        let condition = try SharedCondition()
        let waiting = Task { try await condition.withLock { try await condition.wait() } }
        await until { condition.waitingCount == 1 }
        let victim = ChildProcess(condition) { condition in
            try await condition.lock.acquire()
            try condition.notify()
            kill(getpid(), SIGKILL)
        }
        try await victim.start()
        let pid = try #require(victim.pid)
        try await victim.join()
        let error = await #expect(throws: OwnerDiedError.self) { try await waiting.value }
        #expect(error?.processID == pid)
        // Nobody has repaired anything, so the lock is neither in order nor lost.
        await #expect(throws: OwnerDiedError.self) { try await condition.withLock {} }
        try await condition.lock.withLock(recovering: leaveAsItIs) {}
        try await condition.withLock {}
    }
}
