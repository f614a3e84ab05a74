import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Processes that use a lock or its like all the time, and are killed at random.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LockKillTests {
    @Test("FLK-02: owners and waiters of a lock are killed: the next one is told, and nobody else is inside")
    func lock() async throws {
        let lock = try SharedLock()
        let campaign = try KillCampaign(seed: 11)
        try await campaign.run {
            ChildProcess(lock, $0) { lock, ground in
                try await ground.loop {
                    try await lock.withLock(recovering: { _ in ground.inside.store(0) }) {
                        try ground.beAlone()
                    }
                }
            }
        }
        // The last one may have been killed inside.
        try await lock.withLock(recovering: leaveAsItIs) {}
        #expect(try lock.tryAcquire() == .acquired)
    }

    @Test("FLK-02: the same with a recursive lock, at depths of one to five")
    func recursiveLock() async throws {
        let lock = try SharedRecursiveLock()
        let campaign = try KillCampaign(seed: 12)
        try await campaign.run {
            ChildProcess(lock, $0) { lock, ground in
                try await ground.loop {
                    let depth = Int.random(in: 1...5)
                    if case .ownerDied = try await lock.acquire() {
                        ground.inside.store(0)
                        lock.markRepaired()
                    }
                    for _ in 1..<depth { try await lock.acquire() }
                    guard lock.depth == depth else { throw TestError() }
                    try ground.beAlone()
                    for _ in 0..<depth { try lock.release() }
                }
            }
        }
        if case .ownerDied = try await lock.acquire() { lock.markRepaired() }
        #expect(lock.depth == 1)
        try lock.release()
    }

    @Test("FLK-05: holders and waiters of a semaphore are killed: every permit comes back")
    func semaphore() async throws {
        let semaphore = try SharedSemaphore(value: 2, bound: 2)
        let campaign = try KillCampaign(seed: 13)
        try await campaign.run {
            ChildProcess(semaphore, $0) { semaphore, ground in
                try await ground.loop { try await semaphore.withPermit { await Task.yield() } }
            }
        }
        for _ in 0..<2 { #expect(try await semaphore.acquire(timeout: .seconds(20))) }
        #expect(!semaphore.tryAcquire())
        for _ in 0..<2 { try semaphore.release() }
        #expect(await code { try semaphore.release() } == .notHeld)
    }

    @Test("FLK-05: waiters and notifiers of a condition are killed: notifications reach the living")
    func condition() async throws {
        let condition = try SharedCondition()
        let campaign = try KillCampaign(seed: 14)
        try await campaign.run {
            ChildProcess(condition, $0) { condition, ground in
                try await ground.loop {
                    try await condition.lock.withLock(recovering: leaveAsItIs) {
                        // Everyone notifies one before it waits, so there is always somebody who goes on.
                        try condition.notify()
                        if condition.waitingCount > 0 || ground.stop.isSet { return }
                        do {
                            try await condition.wait(timeout: .seconds(20))
                        } catch is OwnerDiedError {
                            condition.lock.markRepaired()
                        }
                    }
                }
            }
        } atTheEnd: {
            try? await condition.lock.withLock(recovering: leaveAsItIs) { try condition.notifyAll() }
        }
        #expect(
            try await condition.lock.withLock(recovering: leaveAsItIs) { try condition.notifyAll() } == ())
    }

    @Test("FLK-07: setters of an event are killed: it is set or not, and later sets wake all")
    func event() async throws {
        let event = try SharedEvent()
        let campaign = try KillCampaign(seed: 15)
        try await campaign.run {
            ChildProcess(event, $0) { event, ground in
                try await ground.loop {
                    event.set()
                    try await event.wait()
                    event.clear()
                }
            }
        } atTheEnd: {
            event.set()
        }
        event.set()
        #expect(try await event.wait(timeout: .seconds(20)))
    }

    @Test("FLK-06: parties of a barrier are killed: the others are told, and go on after a reset")
    func barrier() async throws {
        let barrier = try SharedBarrier(parties: 3)
        let campaign = try KillCampaign(seed: 16)
        try await campaign.run {
            ChildProcess(barrier, $0) { barrier, ground in
                try await ground.loop {
                    do {
                        try await barrier.wait()
                    } catch let error as MultiprocessingError where error.code == .brokenBarrier {
                        // Whoever is first makes it whole; the others find it so, or are told once more.
                        if barrier.isBroken { barrier.reset() }
                    }
                }
            }
        } atTheEnd: {
            barrier.abort()
        }
        barrier.reset()
        #expect(!barrier.isBroken && barrier.waitingCount == 0)
    }
}

/// What the processes of a campaign share besides the thing itself.
private struct Ground: Codable, Sendable {
    let stop: SharedEvent
    /// A permit for each round that anyone has done.
    let rounds: SharedSemaphore
    /// How many are where only one may be.
    let inside: SharedAtomic<Int>

    init() throws {
        stop = try SharedEvent()
        rounds = try SharedSemaphore(value: 0)
        inside = try SharedAtomic(0)
    }

    func loop(_ body: () async throws -> Void) async throws {
        while !stop.isSet {
            do {
                try await body()
            } catch {
                // The end may come while somebody waits.
                if stop.isSet { return }
                throw error
            }
            try rounds.release()
        }
    }

    func beAlone() throws {
        guard inside.compareExchange(expected: 0, desired: 1).exchanged else { throw TestError() }
        inside.store(0)
    }
}

private final class KillCampaign {
    private let ground: Ground
    private var random: SplitMix64
    private let seed: UInt64
    /// A sixth of all kills falls on each primitive.
    private let kills =
        (Campaign.count("KILLS") ?? 240) / 6

    init(seed: UInt64) throws {
        ground = try Ground()
        random = SplitMix64(state: seed)
        self.seed = seed
    }

    func run(
        _ make: (Ground) -> ChildProcess, atTheEnd end: @Sendable () async -> Void = {}
    ) async throws {
        var children: [ChildProcess] = []
        for _ in 0..<3 {
            children.append(make(ground))
            try await children[children.count - 1].start()
        }
        for kill in 0..<kills {
            // Somebody goes on after each kill; what it takes is bounded.
            for _ in 0..<(3 + random.next() % 40) {
                guard try await ground.rounds.acquire(timeout: .seconds(30)) else {
                    Issue.record("nobody goes on after \(kill) kills, seed \(seed)\n\(Survey.report())")
                    for child in children { try? child.kill() }
                    return
                }
            }
            let victim = children.remove(at: Int(random.next() % 3))
            try victim.kill()
            #expect(try await victim.join() == .signaled(SIGKILL), "seed \(seed): it had ended by itself")
            children.append(make(ground))
            try await children[children.count - 1].start()
        }
        ground.stop.set()
        for child in children {
            // Whoever waits for the others when they have stopped is woken until it has stopped, too.
            while try await child.join(timeout: .milliseconds(20)) == nil { await end() }
            #expect(child.exitCode == 0, "seed \(seed)")
        }
    }
}
