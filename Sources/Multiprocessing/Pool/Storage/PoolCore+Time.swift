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
            guard let begun = link.segment.slots[place.slot].begunAt else { return .now }
            guard begun.advanced(by: limit).hasPassed else { return begun }
            link.killedChunk = id
            link.killReason = MultiprocessingError(
                .timeout, "the task ran longer than its limit of \(limit); \(backend.wordsForEnding)")
            end(place.seat, link, &state, &effects)
            return nil
        }
        if let next { watchTime(of: id, limit: limit, from: next) }
    }

    /// Tells a worker that a chunk which it runs is not wanted, and ends it if it does not listen.
    func cancel(_ cancellation: Effects.Cancellation) {
        // A worker that does not listen is ended after the grace period.
        cancellation.line.append(PoolControl.cancel(cancellation.chunk))
        cancellation.line.flush()
        Poller.shared.schedule(at: .after(configuration.cancellationGrace)) {
            [weak self, chunk = cancellation.chunk] in
            guard let self else { return }
            transact { state, effects in
                guard state.chunks[chunk] != nil, let place = state.machine.place(of: chunk),
                    let link = state.links[place.seat]
                else { return }
                end(place.seat, link, &state, &effects)
            }
        }
    }

    /// Ends a worker because of what it runs; what it has not begun is taken back first, so that it cannot begin any.
    private func end(_ seat: Int, _ link: WorkerLink, _ state: inout State, _ effects: inout Effects) {
        state.machine.condemn(seat: seat, &effects.actions)
        kill(link, &effects)
    }
}
