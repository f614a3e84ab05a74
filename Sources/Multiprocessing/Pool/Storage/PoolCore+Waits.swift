import MultiprocessingCore
import Synchronization

/// Somebody waits for something about the workers.
struct PoolWait: Sendable {
    /// Whether it has come true; asked under the lock.
    let isDone: @Sendable (inout PoolCore.State) -> Bool
    let latch = Latch<(any Error)?>()
}

extension PoolCore {
    /// Does something to the machine, and waits until something has come true.
    ///
    /// - Throws: why the pool broke or was ended; `CancellationError` when the task is cancelled, which changes nothing
    ///   about the workers.
    nonisolated(nonsending) func change(
        _ body: @Sendable (inout State, inout Effects) -> Void,
        andWaitUntil isDone: @escaping @Sendable (inout State) -> Bool
    ) async throws {
        let wait = PoolWait(isDone: isDone)
        let refusal: (any Error)? = transact { state, effects in
            if let refusal = Self.refusal(state) { return refusal }
            body(&state, &effects)
            state.waits.append(wait)
            return nil
        }
        if let refusal { throw refusal }
        sleepBegan()
        defer { sleepEnded() }
        if let error = try await wait.latch.wait() ?? nil { throw error }
    }

    /// Finds those that need not wait any more; the lock is held.
    func settleWaits(_ state: inout State, _ effects: inout Effects) {
        var open: [PoolWait] = []
        let refusal = Self.refusal(state)
        for wait in state.waits {
            if wait.isDone(&state) {
                effects.resumed.append((wait.latch, nil))
            } else if let refusal {
                effects.resumed.append((wait.latch, refusal))
            } else {
                open.append(wait)
            }
        }
        state.waits = open
    }

    // MARK: What is waited for

    /// Starts all workers, and waits until each is prepared for its first task.
    nonisolated(nonsending) func warmUp() async throws {
        try await change { state, effects in
            state.machine.warmUp(&effects.actions)
            beginTicking(&state, &effects)
        } andWaitUntil: { state in
            state.machine.isWarm
        }
    }

    /// Changes the number of workers, and waits until those that are too many have left.
    nonisolated(nonsending) func resize(to count: Int) async throws {
        try await change { [self] state, effects in
            workers = count
            state.gate.limit = configuration.maxQueued.map { $0 + count }
            state.machine.resize(to: count, minimum: configuration.minWorkers ?? count, &effects.actions)
            beginTicking(&state, &effects)
        } andWaitUntil: { state in
            state.machine.takenCount <= state.machine.target || state.machine.target != count
        }
    }

    /// Replaces all workers that there are now, and waits until the last of them has left.
    nonisolated(nonsending) func roll() async throws {
        let present = Mutex<UInt64>(0)
        try await change { state, effects in
            present.withLock { $0 = state.generation }
            state.machine.becomeDue(Array(state.machine.seats.indices), &effects.actions)
        } andWaitUntil: { state in
            let newest = present.withLock { $0 }
            return state.links.allSatisfy { $0.map { $0.generation > newest } ?? true }
        }
    }
}
