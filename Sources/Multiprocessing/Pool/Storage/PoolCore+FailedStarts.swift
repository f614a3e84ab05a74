import MultiprocessingCore

// What becomes of a pool when the system has no room for one of its workers.
extension PoolCore {
    /// After so long it is tried again.
    private static let pause = Duration.seconds(1)

    /// A worker could not be started: the pool goes on with the others, or breaks if there is none.
    func launchFailed(_ reason: MultiprocessingError, seat: Int) {
        transact { state, effects in
            startFailed(reason, seat: seat, &state, &effects)
            for relay in state.links[seat]?.relays ?? [] { _ = relay.finish() }
            state.links[seat] = nil
            var again: [(id: UInt64, bytes: Int, key: Int?)] = []
            for (_, id) in state.machine.ended(seat: seat, begunAnything: true) {
                guard let chunk = state.chunks[id] else { continue }
                if chunk.sink != nil {
                    again.append((id, chunk.weight, chunk.options.key))
                } else {
                    state.chunks[id] = nil
                    effects.withdrawnItems += chunk.uncounted
                }
            }
            state.machine.resubmit(again, &effects.actions)
            state.machine.replace(seat: seat, &effects.actions)
        }
    }

    /// Lets the pool wait before it tries to start another worker, or breaks it; the lock is held.
    func startFailed(
        _ reason: MultiprocessingError, seat: Int, _ state: inout State, _ effects: inout Effects
    ) {
        guard state.machine.canDoWithout(seat: seat) else { return breakPool(reason, &state, &effects) }
        guard !state.machine.startsArePaused else { return }
        state.machine.startsArePaused = true
        effects.pausedBy = reason
    }

    /// Tries again to start workers, in a while.
    func resumeLater(after reason: MultiprocessingError) {
        ProcessLogger.warning("a worker of a pool could not be started, which is tried again: \(reason)")
        Poller.shared.schedule(at: .after(Self.pause)) { [weak self] in
            self?.transact { state, effects in state.machine.resumeStarts(&effects.actions) }
        }
    }
}
