// Work that comes, and that is over.
extension PoolMachine {
    /// A call begins that submits its chunks one after the other; the pool does not end before `callEnded`.
    mutating func callBegan() { openCalls += 1 }

    /// A call has submitted its last chunk.
    mutating func callEnded(_ actions: inout [Action]) {
        openCalls -= 1
        checkEnd(&actions)
    }

    mutating func submit(
        _ id: ChunkID, bytes: Int, key: Int? = nil, rank: LaneQueue.Rank = .usual, isDivisible: Bool = false,
        _ actions: inout [Action]
    ) {
        if chunks.isEmpty || queue.isSelective && queue.isEmpty {
            queue.reset(to: rank)
        } else {
            admit(rank, &actions)
        }
        chunks[id] = Chunk(bytes: bytes, key: key, rank: rank, isDivisible: isDivisible)
        queue.append(id, rank)
        dispatch(&actions)
    }

    /// Prepares the queue for a chunk of this rank.
    ///
    /// From the second rank on the order in which chunks came does not decide alone: workers hold nothing in advance.
    mutating func admit(_ rank: LaneQueue.Rank, _ actions: inout [Action]) {
        guard !queue.isSelective, rank != queue.uniformRank else { return }
        queue.beginSelecting()
        var waiting: [(id: ChunkID, seat: Int, slot: Int)] = []
        for seat in seats.indices {
            waiting += movable(seat).map { (id: $0.chunk, seat: seat, slot: $0.slot) }
        }
        // Each is put back before those that wait, so the oldest comes last.
        for (id, seat, slot) in waiting.sorted(by: { $0.id > $1.id }) {
            actions.append(.revoke(id, seat: seat, slot: slot))
        }
    }

    /// Puts back what was in a dead worker's hands and must run elsewhere, before everything that waits.
    mutating func resubmit(_ ids: [(id: ChunkID, bytes: Int, key: Int?)], _ actions: inout [Action]) {
        for (id, bytes, key) in ids.reversed() {
            let orphan = orphans[id]
            let rank = orphan?.rank ?? queue.uniformRank
            admit(rank, &actions)
            chunks[id] = Chunk(
                bytes: bytes, key: key, rank: rank, isDivisible: orphan?.isDivisible ?? false)
            queue.prepend(id, rank)
        }
        orphans = [:]
        dispatch(&actions)
    }

    /// The worker is through with a slot: the chunk in it is done, or it found it taken back.
    ///
    /// A chunk that goes on in another piece is not over, so it does not look as if there were nothing to do.
    mutating func slotFreed(
        seat: Int, slot: Int, followedBy next: (id: ChunkID, bytes: Int, key: Int?)? = nil,
        _ actions: inout [Action]
    ) {
        let rank = next == nil ? nil : seats[seat].chunks[slot].flatMap { chunks[$0]?.rank }
        guard release(slot, of: seat) else { return }
        if let next {
            let rank = rank ?? queue.uniformRank
            admit(rank, &actions)
            chunks[next.id] = Chunk(bytes: next.bytes, key: next.key, rank: rank)
            queue.prepend(next.id, rank, isPaidBack: false)
        }
        fruitlessDeaths = 0
        recount(seat)
        refill(seat, &actions)
        feed(seat, &actions)
        leaveIfDone(seat, &actions)
        checkEnd(&actions)
    }

    /// The chunk was taken back from a worker; its slot stays taken until the worker has seen that.
    mutating func revoked(seat: Int, slot: Int, requeue: Bool, _ actions: inout [Action]) {
        guard let id = seats[seat].chunks.remove(at: slot) else { return }
        seats[seat].bytes -= chunks[id]?.bytes ?? 0
        if chunks[id]?.key != nil { seats[seat].bound -= 1 }
        seats[seat].posted -= 1
        recount(seat)
        if requeue, let rank = chunks[id]?.rank {
            chunks[id]?.place = nil
            admit(rank, &actions)
            queue.prepend(id, rank)
            dispatch(&actions)
            // There may be another one that has nothing to do.
            feedIdle(&actions)
        } else {
            chunks[id] = nil
            actions.append(.drop(id))
            checkEnd(&actions)
        }
    }

    /// Nobody wants the chunk any more: it is taken from the queue, or tried to be taken back.
    ///
    /// Returns where it is if a worker has it.
    mutating func withdraw(_ id: ChunkID, _ actions: inout [Action]) -> (seat: Int, slot: Int)? {
        guard let chunk = chunks[id] else { return nil }
        if let place = chunk.place { return place }
        chunks[id] = nil
        actions.append(.drop(id))
        checkEnd(&actions)
        return nil
    }
}
