import MultiprocessingCore

// Tiny items travel together, but none has to wait behind one that is not tiny after all.
extension PoolCore {
    /// After so long a chunk of tiny items should be over.
    private static let patience = Duration.milliseconds(2)

    /// Looks now and then whether a chunk of tiny items keeps some of them from a worker that has nothing to do.
    func watchGroups() {
        Poller.shared.schedule(at: .after(Self.patience)) { [weak self] in
            guard let self else { return }
            let goesOn = transact { state, effects in
                state.watchesGroups = state.machine.divideForIdle(&effects.actions)
                return state.watchesGroups
            }
            if goesOn { watchGroups() }
        }
    }

    /// Takes back what has not begun of a chunk that a worker runs, for another one that has nothing to do.
    ///
    /// The lock is held.
    func divide(_ id: UInt64, _ slot: Slot, _ state: inout State, _ effects: inout Effects) {
        let begun = slot.begunItems
        guard var chunk = state.chunks[id], chunk.isDivisible, let sink = chunk.sink, slot.state == .started,
            (chunk.answered..<chunk.count).contains(begun)
        else { return state.machine.cannotDivide(id) }
        // Else the worker has just begun another item: it is quick, and there is a next look.
        guard slot.halt(after: begun) else { return }
        let rest = chunk.divide(at: begun, restID: makeID())
        state.chunks[id] = chunk
        guard sink.divided(id, rest: rest.id, items: rest.count, bytes: rest.payload.count) else {
            effects.withdrawnItems += rest.count
            return state.machine.cannotDivide(id)
        }
        state.chunks[rest.id] = rest
        state.machine.divided(id, rest: (rest.id, rest.weight, rest.isDivisible), &effects.actions)
    }
}
