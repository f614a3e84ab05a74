import MultiprocessingCore

extension PoolCore {
    /// Ends the worker that runs the chunk as soon as one of its items has been running for `limit`.
    func watchTime(of chunk: UInt64, limit: Duration, from begin: Deadline) {
        Poller.shared.schedule(at: begin.advanced(by: limit)) { [weak self] in
            self?.checkTime(of: chunk, limit: limit)
        }
    }

    private func checkTime(of id: UInt64, limit: Duration) {
        let next: Deadline? = transact { state, effects in
            guard state.chunks[id] != nil, let place = state.machine.place(of: id),
                let link = state.links[place.seat]
            else { return nil }
            let slot = link.segment.slots[place.slot]
            // Counted before the time is read, which is then that item's or a later one's.
            let count = slot.begunItems
            guard let begun = slot.begunAt else { return .now }
            guard begun.advanced(by: limit).hasPassed else { return begun }
            // Else the next item might begin before the worker has ended, and would be taken for the one that was late.
            guard link.desk != nil || slot.halt(after: count) else {
                return link.isUnwanted ? nil : slot.begunAt ?? .now
            }
            let reason = MultiprocessingError(
                .timeout, "the task ran longer than its limit of \(limit); \(backend.wordsForEnding)")
            end(place.seat, link, running: id, because: reason, &state, &effects)
            return nil
        }
        if let next { watchTime(of: id, limit: limit, from: next) }
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
