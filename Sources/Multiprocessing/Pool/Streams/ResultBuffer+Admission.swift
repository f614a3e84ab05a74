import Synchronization

// A pool may have a limit of tasks that wait: a stream then submits when it has got places for its chunks.
extension ResultBuffer {
    var isBounded: Bool { core.configuration.maxQueued != nil }

    /// How much input should be pulled and submitted now.
    ///
    /// - Parameter used: the weight of what the consumer is through with since the last time.
    /// - Returns: chunks or items, and bytes of them, at most; nil for none.
    func claimRoom(used: Int) -> (count: Int, bytes: Int)? {
        let room = state.withLock { state in
            state.machine.used(used)
            return state.machine.isHungry ? state.machine.room : nil
        }
        guard let room else { return nil }
        guard isBounded else { return room }
        let places = claimPlaces(upTo: room.count)
        return places > 0 ? (min(room.count, places), room.bytes) : nil
    }

    /// Submits a chunk as soon as the pool has a place for it.
    nonisolated(nonsending) func submitWhenAdmitted(_ chunk: PoolChunk) async throws {
        while isBounded, claimPlaces(upTo: 1) == 0 {
            try await sleepAsFeeder { $0.places > 0 }
        }
        try submit([chunk])
    }

    /// The places that are there; if there are none, the pool tells when there is one.
    private func claimPlaces(upTo count: Int) -> Int {
        let (places, isInLine) = state.withLock { state in
            defer { state.isInLine = state.isInLine || state.places == 0 }
            return (state.places, state.isInLine)
        }
        guard places == 0, !isInLine else { return places }
        let fresh = core.reserve(upTo: count, for: self)
        return state.withLock { state in
            if fresh > 0 { state.isInLine = false }
            state.places += fresh
            return state.places
        }
    }

    /// The pool has reserved a place.
    func placeReserved() {
        let (isWanted, consumer, feeder) = state.withLock { state in
            state.isInLine = false
            guard !state.isAbandoned else { return (false, nil as Latch<Void>?, nil as Latch<Void>?) }
            state.places += 1
            return (true, state.consumer.take(), state.feeder.take())
        }
        consumer?.close(())
        feeder?.close(())
        if !isWanted { core.returnPlaces(1) }
    }

    /// Gives back what was not used.
    func returnPlaces() {
        guard isBounded else { return }
        let places = state.withLock { state in
            defer { state.places = 0 }
            return state.places
        }
        if places > 0 { core.returnPlaces(places) }
    }
}

extension PoolCore {
    /// Reserves up to so many places, or puts the buffer in line for one.
    func reserve(upTo count: Int, for buffer: ResultBuffer) -> Int {
        transact { state, _ in
            state.gate.reserve(upTo: count, open: state.chunks.count, for: buffer)
        }
    }

    func returnPlaces(_ count: Int) {
        transact { state, _ in state.gate.release(count) }
    }

    /// Gives the places that have become free to those who wait for one; the lock is held.
    func admitWaiters(_ state: inout State, _ effects: inout Effects) {
        effects.admitted +=
            state.machine.phase == .open || state.machine.phase == .draining
            ? state.gate.grant(open: state.chunks.count) : state.gate.grantAll()
    }
}

extension MultiprocessingError {
    static func overloaded(_ limit: Int) -> MultiprocessingError {
        MultiprocessingError(
            .overloaded,
            "every worker of the pool is busy and \(limit) tasks wait, which is its limit: try again later")
    }
}
