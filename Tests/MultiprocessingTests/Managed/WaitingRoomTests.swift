import Testing

@testable import Multiprocessing

/// Waiting for managed objects, within one process.
@Suite(.timeLimit(.minutes(10))) struct WaitingRoomTests {
    private let room = WaitingRoom(LockMachine(), in: .shared)

    private func acquire(_ timeout: Duration? = nil) async throws -> LockOutcome? {
        try await room.acquire(for: .calling, timeout: timeout)
    }

    private func waiters(_ count: Int) async {
        while room.update({ $0.waitingCount }) != count { await Task.yield() }
    }

    @Test func limits() async throws {
        #expect(try await acquire(.zero) == .acquired)
        #expect(try await acquire(.zero) == nil)
        #expect(try await acquire(.seconds(-1)) == nil)
        let start = ContinuousClock.now
        #expect(try await acquire(.milliseconds(30)) == nil)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        #expect(room.update { $0.waitingCount } == 0)
    }

    @Test func cancelling() async throws {
        _ = try await acquire()
        let waiting = Task { try await acquire() }
        await waiters(1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(room.update { $0.waitingCount } == 0)
        // One that came cancelled does not begin to wait, and takes nothing.
        let isReleased = room.update { $0.release() }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await acquire()
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(isReleased && room.update { $0.owner } == nil)
    }

    @Test func aWaitThatCannotBeCancelled() async throws {
        _ = try await acquire()
        let waiting = Task { try await room.acquire(for: .calling, timeout: nil, isCancellable: false) }
        await waiters(1)
        waiting.cancel()
        let isReleased = room.update { $0.release() }
        #expect(try await waiting.value == .acquired && isReleased)
    }

    @Test func crowds() async throws {
        let counter = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let timeout: Duration? = number % 3 == 0 ? .microseconds(50) : nil
                    guard try await acquire(timeout) != nil else { return await counter.giveUp() }
                    await counter.enter()
                    await Task.yield()
                    await counter.leave()
                    _ = room.update { $0.release() }
                }
            }
            try await group.waitForAll()
        }
        #expect(await counter.most == 1)
        #expect(await counter.visits + counter.givenUp == 500)
        #expect(room.update { $0.owner } == nil && room.update { $0.waitingCount } == 0)
    }
}

private actor Counter {
    private var inside = 0
    private(set) var most = 0
    private(set) var visits = 0
    private(set) var givenUp = 0

    func enter() {
        (inside, visits) = (inside + 1, visits + 1)
        most = max(most, inside)
    }

    func leave() { inside -= 1 }

    func giveUp() { givenUp += 1 }
}
