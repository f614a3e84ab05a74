import Synchronization

// A consumer waits for results, a feeder for room.
extension ResultBuffer {
    /// Waits until `next` has something, or input can be pulled; first by looking for a moment, then asleep.
    ///
    /// - Returns: false when the limit was over first.
    nonisolated(nonsending) func wait(timeout: Duration?, isPulling: Bool) async throws -> Bool {
        if core.look(until: { news.load(ordering: .acquiring) }) { return true }
        let latch: Latch<Void>? = state.withLock { state in
            guard !state.machine.isWorthWaking, !isPulling || state.places == 0 else { return nil }
            let latch = Latch<Void>()
            state.consumer = latch
            return latch
        }
        guard let latch else { return true }
        core.sleepBegan()
        defer { core.sleepEnded() }
        return try await latch.wait(timeout: timeout) != nil
    }

    /// The consumer is through with deliveries of this weight, which may be what the feeder waits for.
    func makeRoom(used: Int) {
        let feeder = state.withLock { state in
            state.machine.used(used)
            return state.machine.hasRoom ? state.feeder.take() : nil
        }
        feeder?.close(())
    }

    /// Waits until there is room for another chunk.
    nonisolated(nonsending) func waitForRoom() async throws {
        try await sleepAsFeeder { $0.machine.hasRoom }
    }

    /// Sleeps until the feeder is called, unless there is what it would wait for.
    nonisolated(nonsending) func sleepAsFeeder(unless isThere: (borrowing State) -> Bool) async throws {
        let latch: Latch<Void>? = state.withLock { state in
            guard !isThere(state) else { return nil }
            let latch = Latch<Void>()
            state.feeder = latch
            return latch
        }
        guard let latch else { return }
        core.sleepBegan()
        defer { core.sleepEnded() }
        _ = try await latch.wait()
    }
}
