// How workers come and go one by one.
extension PoolMachine {
    /// Asks for the workers that there are from the beginning.
    mutating func begin(_ actions: inout [Action]) {
        arrange(&actions)
    }

    /// Asks for all workers that there may be.
    mutating func warmUp(_ actions: inout [Action]) {
        guard phase == .open else { return }
        isWarmingUp = true
        arrange(&actions)
        endWarmUp()
    }

    /// The seat's worker can be given work.
    mutating func occupied(seat: Int, _ actions: inout [Action]) {
        guard phase == .open || phase == .draining else {
            move(seat, to: .working)
            return actions.append(.kill(seat: seat))
        }
        move(seat, to: onDutyCount < target ? .working : .standby)
        dispatch(&actions)
        feed(seat, &actions)
        checkEnd(&actions)
    }

    /// The seat gets no worker after all.
    mutating func notStarted(seat: Int, _ actions: inout [Action]) {
        clear(seat)
        checkEnd(&actions)
    }

    /// Whether there are others that work when this seat's worker cannot be started.
    func canDoWithout(seat: Int) -> Bool {
        seats.indices.contains { other in
            other != seat && seats[other].isReady
                && (seats[other].stage == .working || seats[other].stage == .standby)
        }
    }

    /// Workers are ordered again.
    mutating func resumeStarts(_ actions: inout [Action]) {
        startsArePaused = false
        arrange(&actions)
    }

    /// The seat's worker has begun and is prepared for its first task.
    mutating func ready(seat: Int, _ actions: inout [Action]) {
        seats[seat].isReady = true
        endWarmUp()
        if seats.contains(where: \.isDue) { arrange(&actions) }
    }

    /// From now on workers may leave again, if all are prepared.
    private mutating func endWarmUp() {
        if isWarmingUp, isWarm { isWarmingUp = false }
    }

    /// The seat's worker is gone.
    ///
    /// Returns the chunks it held, in the order in which it would have run them.
    mutating func ended(seat: Int, begunAnything: Bool) -> [(slot: Int, id: ChunkID)] {
        let held = seats[seat].order.compactMap { slot in
            seats[seat].chunks[slot].map { (slot: slot, id: $0) }
        }
        orphans = [:]
        for (_, id) in held {
            orphans[id] = chunks.removeValue(forKey: id)
        }
        giveBackOwn(seat)
        if !seats[seat].isLeaving, phase == .open || phase == .draining {
            fruitlessDeaths = begunAnything ? 0 : fruitlessDeaths + 1
        }
        clear(seat)
        return held
    }

    /// What follows a worker's end, once its chunks have been seen to: a new worker, or the end of the pool.
    mutating func replace(seat: Int, _ actions: inout [Action]) {
        arrange(&actions)
        checkEnd(&actions)
    }

    /// Takes no more work for the worker: it leaves when it has done what it holds.
    mutating func retire(_ seat: Int, _ actions: inout [Action]) {
        guard seats[seat].stage == .working || seats[seat].stage == .standby else { return }
        giveBackOwn(seat)
        move(seat, to: .retiring)
        // Whoever may hold its last chunk gets to it first.
        leaveIfDone(seat, &actions, isArranging: true)
    }

    /// The seat's worker is about to be ended because of what it runs.
    ///
    /// What it has not begun is tried to be taken back, so that only what it runs is lost with it.
    mutating func condemn(seat: Int, _ actions: inout [Action]) {
        guard seats[seat].stage == .working || seats[seat].stage == .retiring else { return }
        giveBackOwn(seat)
        move(seat, to: .condemned)
        for slot in seats[seat].order.reversed() {
            if let id = seats[seat].chunks[slot] { actions.append(.revoke(id, seat: seat, slot: slot)) }
        }
    }

    /// The seat's worker was through with what it was to be ended for: it finishes what it holds, and leaves.
    mutating func pardon(seat: Int, _ actions: inout [Action]) {
        guard seats[seat].stage == .condemned else { return }
        move(seat, to: .retiring)
        leaveIfDone(seat, &actions, isArranging: true)
        arrange(&actions)
    }

    /// What waits for this worker only may go to any.
    private mutating func giveBackOwn(_ seat: Int) {
        var ids: [ChunkID] = []
        while let id = seats[seat].own.first {
            seats[seat].own.popFirst(isPaid: false)
            ids.append(id)
        }
        for id in ids.reversed() {
            if let rank = chunks[id]?.rank { queue.putBack(id, rank) }
        }
    }

    /// A retiring worker that holds nothing any more is asked to leave, and the next one takes its place.
    mutating func leaveIfDone(_ seat: Int, _ actions: inout [Action], isArranging: Bool = false) {
        guard seats[seat].stage == .retiring, seats[seat].order.isEmpty,
            phase == .open || phase == .draining
        else { return }
        move(seat, to: .leaving)
        actions.append(.dismiss(seat: seat))
        if !isArranging { arrange(&actions) }
    }

    /// Starts a worker for what waits, if there may be more of them; true when what waits is to wait for that one.
    mutating func startsAnother(_ actions: inout [Action]) -> Bool {
        guard freshCount < target, loads.least(below: 1) == nil else { return false }
        return startingCount > 0 || orderWorker(&actions)
    }

    /// Asks for one more worker; false when there are as many as there may be.
    mutating func orderWorker(_ actions: inout [Action]) -> Bool {
        guard let seat = takeSeat() else { return false }
        move(seat, to: .starting)
        actions.append(.start(seat: seat))
        return true
    }
}
