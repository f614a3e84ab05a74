import MultiprocessingCore
import Synchronization

// Work that is accepted, and given up.
extension PoolCore {
    /// Accepts a call that submits its chunks one after the other; a pool that is closed meanwhile waits for them.
    ///
    /// - Throws: when the pool takes no more work.
    func beginCall() throws {
        let refusal: (any Error)? = state.withLock { state in
            if let refusal = Self.refusal(state) { return refusal }
            state.machine.callBegan()
            return nil
        }
        if let refusal { throw refusal }
    }

    /// A call that was accepted submits no more chunks.
    func endCall() {
        transact { state, effects in state.machine.callEnded(&effects.actions) }
    }

    /// Accepts chunks, all or none.
    ///
    /// - Parameters:
    ///   - chunks: what to run.
    ///   - reserved: for how many of them places were reserved, which are used up.
    ///   - ofCall: whether they belong to a call that was accepted, perhaps before the pool was closed.
    /// - Throws: when the pool takes no more work.
    func submit(
        _ chunks: some RandomAccessCollection<PoolChunk>, reserved: Int = 0, ofCall: Bool = false
    ) throws {
        let refusal: (any Error)? = transact { state, effects in
            defer { state.gate.release(reserved) }
            let isAccepted = ofCall && state.machine.phase == .draining
            if !isAccepted, let refusal = Self.refusal(state) { return refusal }
            guard state.gate.admits(chunks.count, reserved: reserved, open: state.chunks.count) else {
                note(.overloaded(maxQueued: configuration.maxQueued ?? 0), &effects)
                return MultiprocessingError.overloaded(configuration.maxQueued ?? 0)
            }
            let now = Deadline.now.nanoseconds
            for var chunk in chunks {
                chunk.submittedAt = now
                state.chunks[chunk.id] = chunk
                state.meter.submit(chunk.count)
                state.machine.submit(
                    chunk.id, bytes: chunk.weight, key: chunk.options.key, rank: chunk.terms?.rank ?? .usual,
                    isDivisible: chunk.isDivisible, &effects.actions)
            }
            return nil
        }
        if let refusal { throw refusal }
        for chunk in chunks { chunk.alarm?.arm(chunk.id, self) }
    }

    /// Gives chunks up: those that wait never run, those that run are cancelled, nothing is delivered.
    func withdraw(_ ids: some Sequence<UInt64> & Sendable) {
        transact { state, effects in
            for id in ids { withdraw(id, &state, &effects) }
        }
    }

    /// Gives one chunk up; the lock is held.
    func withdraw(_ id: UInt64, _ state: inout State, _ effects: inout Effects) {
        state.chunks[id]?.sink = nil
        guard let place = state.machine.withdraw(id, &effects.actions) else { return }
        guard let link = state.links[place.seat] else { return }
        if link.segment.slots[place.slot].revoke() {
            state.machine.revoked(seat: place.seat, slot: place.slot, requeue: false, &effects.actions)
        } else {
            effects.cancellations.append(.init(chunk: id, line: link.line))
        }
    }
}
