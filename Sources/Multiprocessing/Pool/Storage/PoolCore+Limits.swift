import MultiprocessingCore
import Synchronization

extension PoolCore {
    /// A chunk has been waiting for as long as it may: it is given up unless a worker has begun it.
    func queueTimeEnded(of id: UInt64, limit: Duration) {
        transact { state, effects in
            // What was begun by a worker that died has waited before.
            guard let chunk = state.chunks[id], chunk.sink != nil, chunk.deaths.isEmpty else { return }
            if let place = state.machine.place(of: id) {
                guard let link = state.links[place.seat], link.segment.slots[place.slot].revoke() else {
                    return
                }
                giveUp(chunk, .queueTimeout(limit, chunk), &state, &effects)
                state.machine.revoked(
                    seat: place.seat, slot: place.slot, requeue: false, &effects.actions)
            } else {
                giveUp(chunk, .queueTimeout(limit, chunk), &state, &effects)
                _ = state.machine.withdraw(id, &effects.actions)
            }
        }
    }

    /// Whether a worker has begun one of the chunks.
    func hasBegun(_ ids: [UInt64]) -> Bool {
        state.withLock { state in
            ids.contains { id in
                guard let place = state.machine.place(of: id) else { return false }
                return state.links[place.seat]?.segment.slots[place.slot].state == .started
            }
        }
    }

    /// The deadline of the task that made the call is over: what has not come out by now does not come out.
    func deadlinePassed(of id: UInt64) {
        transact { state, effects in
            guard let chunk = state.chunks[id], chunk.sink != nil else { return }
            giveUp(chunk, .deadlinePassed, &state, &effects)
            withdraw(id, &state, &effects)
        }
    }

    /// Whoever waits for the chunk gets this error for what has not come out.
    private func giveUp(
        _ chunk: PoolChunk, _ error: MultiprocessingError, _ state: inout State, _ effects: inout Effects
    ) {
        deliverToRest(of: chunk, error, &effects)
        state.chunks[chunk.id]?.sink = nil
        state.chunks[chunk.id]?.isCounted = true
    }
}

extension MultiprocessingError {
    fileprivate static func queueTimeout(_ limit: Duration, _ chunk: PoolChunk) -> MultiprocessingError {
        let items = chunk.count == 1 ? "item \(chunk.firstItem)" : "items from \(chunk.firstItem) on"
        return MultiprocessingError(
            .queueTimeout,
            "\(items) of \(chunk.definition.label) waited longer than \(limit) for a worker and never ran")
    }
}
