import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Processes that use one lock, semaphore, event, condition or barrier are killed at random moments and replaced.
///
/// What must hold is that nobody waits for the dead, and that nothing is lost with them. `MULTIPROCESSING_KILLS`
/// makes the campaigns longer, by the same factor as those of the pool.
@Suite(.timeLimit(.minutes(10)), .startsProcesses, .serialized) struct LockKillCampaignTests {
    /// About 500 kills in all campaigns together.
    static let kills = KillCampaignTests.kills * 3 / 2
    static let seed = UInt64.random(in: 0 ... .max)

    @Test("FLK-02: a lock goes on to the next, with a mark if its owner was killed")
    func lock() async throws {
        let (lock, passes) = (try SharedLock(), try SharedSemaphore(value: 0))
        try await Campaign("lock", Self.seed, processes: 3) {
            try quiet(lock, passes) { lock, passes in
                while true {
                    if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
                    try passes.release()
                    try lock.release()
                }
            }
        }.run(kills: Self.kills) {
            // The test takes its turn as well, and so does a thread of it.
            if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
            try lock.release()
            try await onThread {
                if case .ownerDied = try lock.acquireBlocking() { lock.markRepaired() }
                try lock.release()
            }
        }
        #expect(passes.value > 0)
        if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
        try lock.release()
        #expect(try await lock.acquire() == .acquired)
    }

    @Test("FLK-02: a recursive lock begins with one again")
    func recursiveLock() async throws {
        let (lock, passes) = (try SharedRecursiveLock(), try SharedSemaphore(value: 0))
        try await Campaign("recursive lock", Self.seed, processes: 3) {
            try quiet(lock, passes) { lock, passes in
                for round in 0... {
                    if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
                    guard lock.depth == 1 else { exit(1) }
                    let depth = round % 5
                    for _ in 0..<depth { try await lock.acquire() }
                    try passes.release()
                    for _ in 0...depth { try lock.release() }
                }
            }
        }.run(kills: Self.kills) {
            if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
            #expect(lock.depth == 1)
            try lock.release()
        }
        #expect(passes.value > 0)
    }

    @Test("FLK-05: no permit is lost or won")
    func semaphore() async throws {
        let (semaphore, passes) = (try SharedSemaphore(value: 2, bound: 2), try SharedSemaphore(value: 0))
        try await Campaign("semaphore", Self.seed, processes: 4) {
            try quiet(semaphore, passes) { semaphore, passes in
                while true { try await semaphore.withPermit { try passes.release() } }
            }
        }.run(kills: Self.kills) {
            try await semaphore.withPermit {}
            try await onThread {
                _ = semaphore.acquireBlocking()
                try semaphore.release()
            }
        }
        // All permits can be had at once, and none more.
        for _ in 0..<2 { try await semaphore.acquire() }
        #expect(!semaphore.tryAcquire() && semaphore.value == 0)
        for _ in 0..<2 { try semaphore.release() }
        #expect(semaphore.value == 2)
    }

    @Test("FLK-07: an event wakes whoever waits")
    func event() async throws {
        let (there, back) = (try SharedEvent(), try SharedEvent())
        try await Campaign("event", Self.seed, processes: 3) {
            try quiet(there, back) { there, back in
                while true {
                    try await there.wait()
                    back.set()
                    there.clear()
                }
            }
        }.run(kills: Self.kills) {
            back.clear()
            // A process that is killed may clear it without an answer; then it is asked again.
            repeat { there.set() } while try await !back.wait(timeout: .milliseconds(200))
        }
    }

    @Test("FLK-05: a notifier is never kept waiting, and a notification reaches somebody alive")
    func condition() async throws {
        let (condition, passes) = (try SharedCondition(), try SharedSemaphore(value: 0))
        try await Campaign("condition", Self.seed, processes: 3) {
            try quiet(condition, passes) { condition, passes in
                while true {
                    if case .ownerDied = try await condition.lock.acquire() { condition.lock.markRepaired() }
                    do {
                        try await condition.wait()
                    } catch is OwnerDiedError {
                        condition.lock.markRepaired()
                    }
                    try passes.release()
                    try condition.lock.release()
                }
            }
        }.run(kills: Self.kills) {
            let before = passes.value
            await until { condition.waitingCount > 0 }
            try await condition.lock.withLock(recovering: { _ in }) { try condition.notify() }
            // One of the waiters, whoever is killed meanwhile, or all who could were killed.
            await until { passes.value > before || condition.waitingCount == 0 }
        }
        #expect(passes.value > 0)
    }

    @Test("FLK-06: a barrier breaks for those who wait for the dead")
    func barrier() async throws {
        let (barrier, passes) = (try SharedBarrier(parties: 3), try SharedSemaphore(value: 0))
        try await Campaign("barrier", Self.seed, processes: 2) {
            try quiet(barrier, passes) { barrier, passes in
                while true {
                    do {
                        try await barrier.wait()
                        try passes.release()
                    } catch let error as MultiprocessingError where error.code == .brokenBarrier {
                        barrier.reset()
                    }
                }
            }
        }.run(kills: Self.kills) {
            if await code({ try await barrier.wait() }) != nil { barrier.reset() }
        }
        #expect(passes.value > 0)
    }
}

/// A child that says nothing of how it ends, with a body of two arguments.
private func quiet<A: Codable & Sendable, B: Codable & Sendable>(
    _ first: A, _ second: B, _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
) throws -> ChildProcess {
    var options = StartOptions()
    options.environment = .updated(["SWIFT_BACKTRACE": "enable=no"])
    return ChildProcess(first, second, options: options, body)
}

/// A number of processes that do the same, of which one after the other is killed and replaced.
private struct Campaign {
    private let title: String
    private let seed: UInt64
    private let processes: Int
    private let make: @Sendable () throws -> ChildProcess

    init(
        _ title: String, _ seed: UInt64, processes: Int, _ make: @escaping @Sendable () throws -> ChildProcess
    ) {
        (self.title, self.seed, self.processes, self.make) = (title, seed, processes, make)
    }

    /// Kills so often, and between two kills does one turn of what the processes do.
    func run(kills: Int, _ turn: @concurrent @Sendable () async throws -> Void) async throws {
        print("\(title): \(kills) kills, seed \(seed)")
        var generator = SplitMix64(state: seed)
        var children: [ChildProcess] = []
        for _ in 0..<processes { children.append(try await started()) }
        for number in 0..<kills {
            let watchdog = Task.detached {
                try await Task.sleep(for: .seconds(30))
                print("\(title) hangs after kill \(number), seed \(seed):\n\(Survey.report())")
            }
            defer { watchdog.cancel() }
            try await turn()
            // Some moment between two instructions of the others.
            for _ in 0..<(generator.next() % 200) { await Task.yield() }
            let index = Int(generator.next() % UInt64(children.count))
            kill(try #require(children[index].pid), SIGKILL)
            #expect(try await children[index].join() == .signaled(SIGKILL))
            children[index] = try await started()
            try await turn()
        }
        for child in children {
            try child.kill()
            #expect(try await child.join() == .signaled(SIGKILL))
        }
    }

    private func started() async throws -> ChildProcess {
        let child = try make()
        try await child.start()
        return child
    }
}
