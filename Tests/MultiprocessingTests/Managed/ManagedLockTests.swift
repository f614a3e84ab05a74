import Glibc
import TestSupport
import Testing

@testable import Multiprocessing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagedLockTests {
    /// Runs a body in another process, until it has said that it is where it is to be killed.
    private func kill(_ child: ChildProcess, when gate: FileGate) async throws {
        try await child.start()
        try await onThread { gate.pass() }
        if let pid = child.pid { Glibc.kill(pid, SIGKILL) }
        #expect(try await child.join() == .signaled(SIGKILL))
    }

    @Test("MGR-07: a lock between a parent and a child; nobody releases a free one", arguments: everyContext)
    func lock(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let lock = try await manager.lock()
            let list = try await manager.list(of: String.self)
            try await lock.acquire()
            #expect(try await lock.isLocked)
            #expect(try await lock.ownerID == ChildProcess.current.pid)
            #expect(try await lock.tryAcquire() == nil)
            let child = ChildProcess(lock, list, context: context) { lock, list in
                try await lock.withLock { try await list.append("child") }
            }
            try await child.start()
            try await list.append("parent")
            try await lock.release()
            #expect(try await child.join() == .exited(0))
            #expect(try await list.copy() == ["parent", "child"])
            #expect(await code { try await lock.release() } == .notHeld)
            #expect(try await lock.describe() == "ManagedLock(owner: none)")
        }
    }

    @Test("MGR-07: a recursive lock belongs to a task of a process")
    func recursiveLock() async throws {
        try await withManager { manager in
            let lock = try await manager.recursiveLock()
            try await lock.withLock {
                try await lock.withLock {
                    #expect(try await lock.depth == 2)
                    #expect(try await lock.isHeldByCurrentTask())
                    let stranger = Task { await code { try await lock.release() } }
                    #expect(await stranger.value == .notHeld)
                    let child = ChildProcess(lock) { lock in
                        guard try await lock.acquire(timeout: .milliseconds(1)) == nil else {
                            throw TestError()
                        }
                    }
                    try await child.start()
                    #expect(try await child.join() == .exited(0))
                }
            }
            #expect(await code { try await lock.release() } == .notHeld)
            #expect(try await !lock.isLocked)
        }
    }

    @Test("MGR-07: semaphores, plain and bounded")
    func semaphores() async throws {
        try await withManager { manager in
            let semaphore = try await manager.semaphore(value: 1)
            try await semaphore.acquire()
            #expect(try await semaphore.value == 0)
            #expect(try await !semaphore.tryAcquire())
            #expect(try await !semaphore.acquire(timeout: .milliseconds(10)))
            let child = ChildProcess(semaphore) { try await $0.release() }
            try await child.start()
            try await semaphore.acquire()
            #expect(try await child.join() == .exited(0))
            for _ in 0..<2 { try await semaphore.release() }
            #expect(try await semaphore.value == 2)
            let bounded = try await manager.semaphore(value: 2, bound: 2)
            let left = try await bounded.withPermit { try await bounded.value }
            #expect(left == 1)
            #expect(await code { try await bounded.release() } == .notHeld)
            #expect(try await bounded.describe() == "ManagedSemaphore(value: 2, bound: 2)")
            #expect(await code { _ = try await manager.semaphore(value: -1) } == .invalidArgument)
            #expect(await code { _ = try await manager.semaphore(value: 3, bound: 2) } == .invalidArgument)
        }
    }

    @Test("MGR-07 EVT-02: an event; its description says that it is a proxy")
    func events() async throws {
        try await withManager { manager in
            let event = try await manager.event()
            #expect("\(event)".contains("proxy"))
            #expect(try await event.describe() == "ManagedEvent(unset)")
            #expect(try await !event.wait(timeout: .zero))
            let child = ChildProcess(event) { try await $0.wait() }
            try await child.start()
            try await event.set()
            #expect(try await child.join() == .exited(0))
            #expect(try await event.isSet)
            #expect(try await event.wait(timeout: .zero))
            #expect(try await event.describe() == "ManagedEvent(set)")
            try await event.clear()
            #expect(try await !event.isSet)
            let waiting = Task { try await event.wait() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test("MGR-07: a condition over a lock that others use as well")
    func conditions() async throws {
        try await withManager { manager in
            let lock = try await manager.lock()
            let condition = try await manager.condition(lock: lock)
            let stage = try await manager.value(0)
            #expect(try await condition.lock == lock)
            #expect(await code { try await condition.wait() } == .notHeld)
            #expect(await code { try await condition.notify() } == .notHeld)
            let children = (0..<2).map { _ in
                ChildProcess(condition, stage) { condition, stage in
                    try await condition.withLock {
                        try await condition.wait(until: { try await stage.value == 1 })
                        guard try await condition.lock.ownerID == ChildProcess.current.pid else {
                            throw TestError()
                        }
                    }
                }
            }
            for child in children { try await child.start() }
            while try await condition.waitingCount < 2 { await Task.yield() }
            try await condition.withLock {
                #expect(try await !condition.wait(timeout: .milliseconds(1)))
                try await stage.set(1)
                try await condition.notifyAll()
            }
            for child in children { #expect(try await child.join() == .exited(0)) }
            #expect(try await !lock.isLocked)
        }
    }

    @Test("MGR-07: a cancelled wait for a condition ends with the lock")
    func cancelledCondition() async throws {
        try await withManager { manager in
            let condition = try await manager.condition()
            let waiting = Task {
                try await condition.withLock {
                    await #expect(throws: CancellationError.self) { try await condition.wait() }
                    // The call to look is not made by a cancelled task.
                    let owner = Task { try await condition.lock.ownerID }
                    let pid = try await owner.value
                    #expect(pid == ChildProcess.current.pid)
                }
            }
            while try await condition.waitingCount == 0 { await Task.yield() }
            waiting.cancel()
            try await waiting.value
            #expect(try await !condition.lock.isLocked)
        }
    }

    @Test("MGR-07: a barrier lets all pass, acts once, and breaks for all")
    func barriers() async throws {
        try await withManager { manager in
            let barrier = try await manager.barrier(parties: 3)
            let list = try await manager.list(of: Int.self)
            let children = (0..<2).map { _ in
                ChildProcess(barrier, list) { barrier, list in
                    try await list.append(barrier.wait { try await list.append(100) })
                }
            }
            for child in children { try await child.start() }
            let own = try await barrier.wait { try await list.append(100) }
            for child in children { #expect(try await child.join() == .exited(0)) }
            let found = try await list.copy()
            #expect(found.first == 100 && (found.dropFirst() + [own]).sorted() == [0, 1, 2])
            #expect(await code { try await barrier.wait(timeout: .milliseconds(10)) } == .brokenBarrier)
            #expect(try await barrier.isBroken)
            #expect(await code { try await barrier.wait() } == .brokenBarrier)
            try await barrier.reset()
            let waiting = Task { await code { try await barrier.wait() } }
            while try await barrier.waitingCount == 0 { await Task.yield() }
            try await barrier.abort()
            #expect(await waiting.value == .brokenBarrier)
            try await barrier.reset()
            let alone = try await manager.barrier(parties: 1)
            await #expect(throws: TestError.self) { try await alone.wait { throw TestError() } }
            #expect(try await alone.isBroken)
            #expect(await code { _ = try await manager.barrier(parties: 0) } == .invalidArgument)
        }
    }

    // MARK: Those who are gone

    @Test("MGR-18: what a killed client holds is released and reported")
    func killedOwners() async throws {
        try await withManager { manager in
            let lock = try await manager.lock()
            let recursive = try await manager.recursiveLock()
            let semaphore = try await manager.semaphore(value: 2, bound: 2)
            let gate = FileGate()
            defer { gate.remove() }
            let child = ChildProcess(lock, recursive) { lock, recursive in
                try await lock.acquire()
                try await recursive.acquire()
                try await recursive.acquire()
                try await semaphore.acquire()
                gate.open()
                try await Task.sleep(for: .seconds(600))
            }
            try await kill(child, when: gate)
            let pid = try #require(child.pid)
            await #expect(throws: OwnerDiedError(processID: pid)) { try await lock.withLock {} }
            #expect(try await lock.acquire() == .ownerDied(pid))
            try await lock.markRepaired()
            try await lock.release()
            #expect(try await lock.acquire() == .acquired)
            try await lock.release()
            #expect(try await recursive.acquire() == .ownerDied(pid))
            try await recursive.release()
            #expect(await code { try await recursive.acquire() } == .unrecoverable)
            for _ in 0..<2 { #expect(try await semaphore.acquire(timeout: .seconds(60))) }
        }
    }

    @Test("MGR-18: who waits is told at once when the holder is killed; a repair makes the lock good")
    func killedWhileOthersWait() async throws {
        try await withManager { manager in
            let lock = try await manager.lock()
            let gate = FileGate()
            defer { gate.remove() }
            let child = ChildProcess(lock) { lock in
                try await lock.acquire()
                gate.open()
                try await Task.sleep(for: .seconds(600))
            }
            try await child.start()
            try await onThread { gate.pass() }
            let pid = try #require(child.pid)
            let waiting = Task {
                try await lock.withLock(recovering: { #expect($0 == pid) }) { "inside" }
            }
            Glibc.kill(pid, SIGKILL)
            #expect(try await waiting.value == "inside")
            try await lock.withLock {}
            try await child.join()
        }
    }

    @Test("A lock that a cancelled task waits for is not held by it, whoever was faster")
    func cancelledAcquisitions() async throws {
        try await withManager { manager in
            let lock = try await manager.lock()
            for _ in 0..<50 {
                try await lock.acquire()
                let waiting = Task { try await lock.acquire() }
                await Task.yield()
                async let released: Void = lock.release()
                waiting.cancel()
                let isHeld = (try? await waiting.value) != nil
                try await released
                #expect(try await lock.isLocked == isHeld)
                if isHeld { try await lock.release() }
            }
            try await lock.acquire()
            #expect(
                await code {
                    try await ManagerSystem.withTimeout(.milliseconds(20)) { _ = try await lock.acquire() }
                } == .timeout)
            let scope = Task {
                try await lock.release()
                try await lock.withLock {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            _ = try await scope.value
            #expect(try await !lock.isLocked)
        }
    }

    @Test("A party that is killed breaks the barrier for the others")
    func killedParty() async throws {
        try await withManager { manager in
            let barrier = try await manager.barrier(parties: 3)
            let child = ChildProcess(barrier) { try await $0.wait() }
            try await child.start()
            let waiting = Task { await code { try await barrier.wait() } }
            while try await barrier.waitingCount < 2 { await Task.yield() }
            if let pid = child.pid { Glibc.kill(pid, SIGKILL) }
            #expect(await waiting.value == .brokenBarrier)
            try await child.join()
        }
    }
}
