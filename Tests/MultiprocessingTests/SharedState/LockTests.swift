import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LockTests {
    @Test("LCK-02: acquire, locked, try, release, and a release too many")
    func basics() async throws {
        let lock = try SharedLock()
        #expect(!lock.isLocked)
        #expect(try await lock.acquire() == .acquired)
        #expect(lock.isLocked && lock.ownerID == getpid())
        #expect(try lock.tryAcquire() == nil)
        #expect(try await lock.acquire(timeout: .zero) == nil)
        try lock.release()
        #expect(!lock.isLocked)
        #expect(await code { try lock.release() } == .notHeld)
        #expect(try lock.tryAcquire() == .acquired)
        try lock.release()
    }

    @Test("LCK-01: the description names the owner", arguments: everyContext)
    func description(context: ProcessContext) async throws {
        let lock = try SharedLock()
        #expect("\(lock)" == "SharedLock(owner: none)")
        try await lock.acquire()
        #expect("\(lock)" == "SharedLock(owner: \(ChildProcess.current.name))")
        let child = ChildProcess(lock, context: context, options: .captured) { say("\($0)") }
        #expect(try await child.report().output == ["SharedLock(owner: process \(getpid()))"])
        try lock.release()
    }

    @Test("LCK-04: scopes release, also when they throw")
    func scopes() async throws {
        let lock = try SharedLock()
        #expect(try await lock.withLock { lock.isLocked })
        #expect(!lock.isLocked)
        await #expect(throws: TestError.self) { try await lock.withLock { throw TestError() } }
        #expect(!lock.isLocked)
        #expect(try lock.withLockBlocking { lock.isLocked })
        #expect(!lock.isLocked)
        try await lock.acquire()
        #expect(await code { try await lock.withLock(timeout: .milliseconds(10)) {} } == .timeout)
        try lock.release()
    }

    @Test(
        "a lock that one process holds is not acquired by another, which may release it",
        arguments: everyContext)
    func betweenProcesses(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let done = try SharedEvent()
        let child = ChildProcess(lock, done, context: context, options: .captured) { lock, done in
            try await lock.acquire()
            say("acquired")
            done.set()
            try await lock.acquire()
            say("acquired again")
        }
        try await child.start()
        try await done.wait()
        #expect(try lock.tryAcquire() == nil)
        #expect(lock.ownerID == child.pid)
        try lock.release()
        #expect(try await child.join() == .exited(0))
        #expect(
            try await child.standardOutputLines.reduce(into: []) { $0.append($1) } == [
                "acquired", "acquired again",
            ])
    }

    @Test("processes that count under a lock lose nothing", arguments: everyContext)
    func counting(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let turns = try SharedSemaphore(value: 0)
        let children = (0..<4).map { _ in
            ChildProcess(lock, turns, context: context) { lock, turns in
                for round in 0..<500 {
                    if round % 2 == 0 {
                        // Not atomic: only the lock keeps the others from coming between.
                        try await lock.withLock { try turns.release() }
                    } else {
                        try lock.withLockBlocking { try turns.release() }
                    }
                }
            }
        }
        for child in children { try await child.start() }
        for child in children { #expect(try await child.join() == .exited(0)) }
        #expect(turns.value == 2000 && !lock.isLocked)
    }

    @Test("LCK-07: a limited wait lasts that long, and ends as soon as the lock is free")
    func limits() async throws {
        let lock = try SharedLock()
        try await lock.acquire()
        let start = ContinuousClock.now
        #expect(try await lock.acquire(timeout: .milliseconds(80)) == nil)
        #expect(ContinuousClock.now - start >= .milliseconds(80))
        async let second = lock.acquire(timeout: .seconds(100))
        try lock.release()
        #expect(try await second == .acquired)
        #expect(ContinuousClock.now - start < .seconds(90))
        try lock.release()
    }

    @Test("ten thousand tasks wait for one lock, in order, with a few threads")
    func manyTasks() async throws {
        let lock = try SharedLock()
        let order = Tally<Int>()
        try await lock.acquire()
        let before = Survey.threadCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<10_000 {
                let gate = Gate()
                group.addTask {
                    gate.open()
                    try await lock.acquire()
                    order.add(index)
                    try lock.release()
                }
                // Begins after this one has come to the lock, but for a step or two.
                if index % 500 == 0 { await gate.wait() }
            }
            #expect(Survey.threadCount() <= before + 8)
            try lock.release()
            try await group.waitForAll()
        }
        #expect(order.elements.sorted() == Array(0..<10_000) && !lock.isLocked)
    }

    @Test("a cancelled wait ends, and the lock goes to the next")
    func cancelling() async throws {
        let lock = try SharedLock()
        try await lock.acquire()
        for round in 0..<200 {
            let waiting = Task { try await lock.acquire() }
            for _ in 0..<(round % 7) { await Task.yield() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        try lock.release()
        #expect(try lock.tryAcquire() == .acquired)
        try lock.release()
    }

    @Test("LCK-08: locks are independent of each other")
    func independence() async throws {
        let locks = try (0..<10).map { _ in try SharedLock() }
        for lock in locks[..<5] { try await lock.acquire() }
        #expect(locks.map(\.isLocked) == (0..<10).map { $0 < 5 })
    }

    // MARK: Deaths

    @Test(
        "FLK-02 LCK-06: the next owner is told of the last one's death; without a repair nobody gets it any more",
        arguments: everyContext)
    func death(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let victim = ChildProcess(lock, context: context) { lock in
            try await lock.acquire()
            kill(getpid(), SIGKILL)
        }
        try await victim.start()
        let pid = try #require(victim.pid)
        try await victim.join()
        #expect(lock.ownerID == pid)
        // For as long as nobody repairs, each scope is told.
        for _ in 0..<2 {
            let error = await #expect(throws: OwnerDiedError.self) { try await lock.withLock {} }
            #expect(error?.processID == pid)
        }
        let repairs = Tally<Int32>()
        for _ in 0..<2 { try await lock.withLock(recovering: repairs.add) {} }
        #expect(repairs.elements == [pid])
        try await lock.withLock {}

        let second = ChildProcess(lock, context: context) { lock in
            try await lock.acquire()
            kill(getpid(), SIGKILL)
        }
        try await second.start()
        try await second.join()
        #expect(try await lock.acquire() == .ownerDied(try #require(second.pid)))
        try lock.release()
        #expect(await code { try await lock.acquire() } == .unrecoverable)
        #expect(await code { _ = try lock.tryAcquire() } == .unrecoverable)
        #expect("\(lock)" == "SharedLock(unrecoverable)")
    }

    @Test("FLK-02: who waits when the owner is killed gets the lock, with a mark", arguments: everyContext)
    func deathDuringAWait(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let held = try SharedEvent()
        let victim = ChildProcess(lock, held, context: context) { lock, held in
            try await lock.acquire()
            held.set()
            try await SharedEvent().wait()
        }
        try await victim.start()
        try await held.wait()
        async let acquisition = lock.acquire()
        async let blocking = Task.detached { try lock.acquireBlocking(timeout: .milliseconds(1)) }.value
        #expect(try await blocking == nil)
        let pid = try #require(victim.pid)
        kill(pid, SIGKILL)
        #expect(try await acquisition == .ownerDied(pid))
        lock.markRepaired()
        try lock.release()
        #expect(try await lock.acquire() == .acquired)
        try await victim.join()
    }

    @Test("an owner that is stopped is not dead", arguments: everyContext)
    func stoppedOwner(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let held = try SharedEvent()
        let child = ChildProcess(lock, held, context: context) { lock, held in
            try await lock.withLock {
                held.set()
                kill(getpid(), SIGSTOP)
            }
        }
        try await child.start()
        try await held.wait()
        let pid = try #require(child.pid)
        await until { stateOfProcess(pid).hasPrefix("T") }
        #expect(try await lock.acquire(timeout: .milliseconds(150)) == nil)
        #expect(try await onThread { try lock.acquireBlocking(timeout: .milliseconds(150)) } == nil)
        kill(pid, SIGCONT)
        #expect(try await lock.acquire() == .acquired)
        #expect(try await child.join() == .exited(0))
        try lock.release()
    }

    @Test("threads that block and tasks that wait share a lock", arguments: everyContext)
    func threadsAndTasks(context: ProcessContext) async throws {
        let lock = try SharedLock()
        let count = try SharedSemaphore(value: 0)
        let child = ChildProcess(lock, count, context: context) { try await contend($0, $1) }
        try await child.start()
        try await contend(lock, count)
        #expect(try await child.join() == .exited(0))
        #expect(count.value == 800 && !lock.isLocked)
    }

    @Test("FLK-08: a lock outlives the process that made it", arguments: everyContext)
    func deathOfTheCreator(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            let lock = try SharedLock()
            let ready = try SharedEvent()
            var options = StartOptions()
            options.outlivesParent = true
            let grandchild = ChildProcess(lock, ready, options: options) { lock, ready in
                ready.set()
                // The creator is gone when its number as the parent's is not the one it was.
                while kill(ChildProcess.parent?.pid ?? 0, 0) == 0 { await Task.yield() }
                try await lock.withLock { say("alone") }
            }
            try await grandchild.start()
            try await ready.wait()
            kill(getpid(), SIGKILL)
        }
        #expect(try await child.report().output == ["alone"])
    }
}

struct TestError: Error {}

/// The repair of something that a death cannot damage.
func leaveAsItIs(_ process: Int32) {}

/// Two threads and two tasks acquire a lock, again and again.
private func contend(_ lock: SharedLock, _ count: SharedSemaphore) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
            group.addTask {
                try await onThread {
                    for _ in 0..<100 { try lock.withLockBlocking { try count.release() } }
                }
            }
            group.addTask {
                for _ in 0..<100 { try await lock.withLock { try count.release() } }
            }
        }
        try await group.waitForAll()
    }
}
