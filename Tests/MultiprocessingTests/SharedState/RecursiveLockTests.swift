import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct RecursiveLockTests {
    @Test("RLK-02: three acquisitions need three releases, and a fourth is an error")
    func depth() async throws {
        let lock = try SharedRecursiveLock()
        for depth in 1...3 {
            #expect(try await lock.acquire() == .acquired)
            #expect(lock.depth == depth && lock.isHeldByCurrentTask)
        }
        for left in [2, 1, 0] {
            #expect(lock.isLocked)
            try lock.release()
            #expect(lock.depth == left)
        }
        #expect(!lock.isLocked && !lock.isHeldByCurrentTask)
        #expect(await code { try lock.release() } == .notHeld)
    }

    @Test("RLK-01: the description names the owner and its depth", arguments: everyContext)
    func description(context: ProcessContext) async throws {
        let lock = try SharedRecursiveLock()
        #expect("\(lock)" == "SharedRecursiveLock(owner: none, depth: 0)")
        for _ in 0..<3 { try await lock.acquire() }
        let name = ChildProcess.current.name
        #expect("\(lock)" == "SharedRecursiveLock(owner: \(name), depth: 3)")
        try lock.release()
        let seenByAnother = await Task.detached { "\(lock) \(lock.isHeldByCurrentTask)" }.value
        #expect(seenByAnother == "SharedRecursiveLock(owner: \(name), depth: 2) false")
        let child = ChildProcess(lock, context: context, options: .captured) { say("\($0)") }
        #expect(
            try await child.report().output == ["SharedRecursiveLock(owner: process \(getpid()), depth: 2)"])
        for _ in 0..<2 { try lock.release() }
    }

    @Test("RLK-04: scopes lie inside each other, and release when they throw")
    func scopes() async throws {
        let lock = try SharedRecursiveLock()
        let depth = try await lock.withLock {
            try await lock.withLock { try await lock.withLock { lock.depth } }
        }
        #expect(depth == 3 && lock.depth == 0)
        await #expect(throws: TestError.self) {
            try await lock.withLock { try await lock.withLock { throw TestError() } }
        }
        #expect(!lock.isLocked)
        let blocking = try await onThread {
            try lock.withLockBlocking { try lock.withLockBlocking { lock.depth } }
        }
        #expect(blocking == 2 && !lock.isLocked)
    }

    @Test("RLK-05: it belongs to a task on whatever thread, and no other task releases it or enters it")
    func ownership() async throws {
        let lock = try SharedRecursiveLock()
        try await lock.acquire()
        for _ in 0..<100 { await Task.yield() }
        await MainActor.run {}
        #expect(lock.isHeldByCurrentTask)
        let others = await Task.detached {
            let code = await code { try lock.release() }
            return (code, try? await lock.acquire(timeout: .milliseconds(5)))
        }.value
        #expect(others.0 == .notHeld && others.1 == nil)
        #expect(try await onThread { try lock.acquireBlocking(timeout: .milliseconds(5)) } == nil)
        async let waiting: Void = lock.withLock {}
        try lock.release()
        try await waiting
        #expect(!lock.isLocked)
    }

    @Test(
        "a process does not enter the lock of another, and gets it after the last release",
        arguments: everyContext)
    func betweenProcesses(context: ProcessContext) async throws {
        let lock = try SharedRecursiveLock()
        let ready = try SharedEvent()
        try await lock.acquire()
        try await lock.acquire()
        let child = ChildProcess(lock, ready, context: context, options: .captured) { lock, ready in
            say("\(await code { try lock.release() } == .notHeld)")
            say("\(try await lock.acquire(timeout: .milliseconds(20)) == nil)")
            ready.set()
            try await lock.withLock { say("\(lock.depth)") }
        }
        try await child.start()
        try await ready.wait()
        try lock.release()
        #expect(lock.isLocked)
        try lock.release()
        #expect(try await child.standardOutputLines.all() == ["true", "true", "1"])
        #expect(try await child.join() == .exited(0))
    }

    @Test("FLK-02: an owner is killed at depth 1 to 5, and the next begins with one", arguments: everyContext)
    func death(context: ProcessContext) async throws {
        let lock = try SharedRecursiveLock()
        for depth in 1...5 {
            let victim = ChildProcess(lock, depth, context: context) { lock, depth in
                for _ in 0..<depth { try await lock.acquire() }
                kill(getpid(), SIGKILL)
            }
            try await victim.start()
            let pid = try #require(victim.pid)
            try await victim.join()
            #expect(lock.depth == depth)
            #expect(try await lock.acquire() == .ownerDied(pid))
            #expect(lock.depth == 1)
            lock.markRepaired()
            try lock.release()
            #expect(try await lock.withLock { lock.depth } == 1)
        }
    }
}
