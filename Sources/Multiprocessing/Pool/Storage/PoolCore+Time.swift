import MultiprocessingCore

extension PoolCore {
    /// Makes sure that somebody looks in time whether a chunk that was posted runs too long; the lock is held.
    func watchTime(of seat: Int, _ link: WorkerLink, at moment: Deadline, _ effects: inout Effects) {
        guard link.timeWatch.needsLook(at: moment) else { return }
        effects.looks.append((seat, link.generation, moment))
    }

    /// Looks at a moment whether one of the worker's items has run too long.
    func look(at seat: Int, _ generation: UInt64, at moment: Deadline) {
        Poller.shared.schedule(at: moment) { [weak self] in
            guard let self else { return }
            transact { state, effects in
                guard let link = state.links[seat], link.generation == generation else { return }
                link.timeWatch.looked(at: moment)
                let next = state.machine.chunks(of: seat).compactMap { place in
                    checkTime(of: place.chunk, seat, place.slot, link, &state, &effects)
                }
                if let next = next.min() { watchTime(of: seat, link, at: next, &effects) }
            }
        }
    }

    /// Ends the worker when the item of a chunk that it runs has been running for longer than it may.
    ///
    /// - Returns: when to look again; nil when there is no need.
    private func checkTime(
        of id: UInt64, _ seat: Int, _ place: Int, _ link: WorkerLink, _ state: inout State,
        _ effects: inout Effects
    ) -> Deadline? {
        guard !link.isUnwanted, let limit = state.chunks[id]?.timeout else { return nil }
        let slot = link.segment.slots[place]
        // Counted before the time is read, which is then that item's or a later one's.
        let count = slot.begunItems
        guard let begun = slot.begunAt else { return .after(limit) }
        let end = begun.advanced(by: limit)
        guard end.hasPassed else { return end }
        // Else the next item might begin before the worker has ended, and would be taken for the one that was late.
        guard link.desk != nil || slot.halt(after: count) else {
            return slot.begunAt?.advanced(by: limit) ?? .after(limit)
        }
        let reason = MultiprocessingError(
            .timeout, "the task ran longer than its limit of \(limit); \(backend.wordsForEnding)")
        self.end(seat, link, running: id, because: reason, &state, &effects)
        return nil
    }

    /// Tells a worker that a chunk which it runs is not wanted, and ends it if it does not listen.
    func cancel(_ cancellation: Effects.Cancellation) {
        cancellation.line.append(PoolControl.cancel(cancellation.chunk))
        cancellation.line.flush()
        // A worker that does not listen is ended after the grace period; till then nothing of it is kept here.
        let chunk = cancellation.chunk
        Poller.shared.schedule(at: .after(configuration.cancellationGrace)) { [weak self] in
            guard let self else { return }
            transact { state, effects in
                guard state.chunks[chunk] != nil, let place = state.machine.place(of: chunk),
                    let link = state.links[place.seat]
                else { return }
                end(place.seat, link, running: chunk, because: nil, &state, &effects)
            }
        }
    }

    /// Ends a worker because of a chunk that it runs, unless it turns out to be through with that.
    ///
    /// What it has not begun is taken back first: after that it cannot get on to something else, which would be lost.
    private func end(
        _ seat: Int, _ link: WorkerLink, running id: UInt64, because reason: MultiprocessingError?,
        _ state: inout State, _ effects: inout Effects
    ) {
        guard !link.isUnwanted else { return }
        state.machine.condemn(seat: seat, &effects.actions)
        perform(&state, &effects)
        while drain(seat, &state, &effects) {}
        guard state.chunks[id] != nil else { return state.machine.pardon(seat: seat, &effects.actions) }
        if let reason {
            link.killedChunk = id
            link.killReason = reason
        }
        kill(link, &effects)
    }
}
