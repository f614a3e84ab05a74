// Which chunk goes to which worker.
extension PoolMachine {
    /// Gives what waits to the workers, as far as they take more.
    mutating func dispatch(_ actions: inout [Action]) {
        while let next = queue.first {
            guard let chunk = chunks[next] else {
                queue.popFirst(isPaid: false)
                continue
            }
            guard let seat = seat(for: chunk, &actions) else { break }
            // What waits for one worker does not use up its lane's share of the others.
            queue.popFirst(isPaid: chunk.key == nil)
            if chunk.key != nil {
                seats[seat].own.add(next, chunk.rank)
                postOwn(seat, &actions)
            } else {
                post(next, chunk, to: seat, &actions)
            }
        }
        guard needsArranging else { return }
        needsArranging = false
        arrange(&actions)
    }

    /// The worker that gets the chunk, now or when it has room; nil when it has to stay in the queue.
    mutating func seat(for chunk: Chunk, _ actions: inout [Action]) -> Int? {
        let home = chunk.key.flatMap { homes.home(of: $0, among: seats) }
        if let home { return home }
        if startsAnother(&actions) { return nil }
        let depth = queue.isSelective ? 1 : Self.depth
        guard let seat = loads.least(below: depth), hasRoom(seat, for: chunk) else { return nil }
        if let key = chunk.key { homes.settle(key, at: seat, tenure: seats[seat].tenure) }
        return seat
    }

    func hasRoom(_ seat: Int, for chunk: Chunk) -> Bool {
        let load = seats[seat].order.count
        return load < Self.depth && !seats[seat].freeSlots.isEmpty
            && (load < 2 || seats[seat].bytes + chunk.bytes <= Self.byteBudget)
    }

    /// A worker has a free slot: what waits for it only and what waits for any take turns.
    mutating func refill(_ seat: Int, _ actions: inout [Action]) {
        if seats[seat].hasPostedOwn { dispatch(&actions) }
        postOwn(seat, &actions)
        dispatch(&actions)
    }

    /// Posts what waits for this worker only, in the order of lanes and priorities.
    mutating func postOwn(_ seat: Int, _ actions: inout [Action]) {
        while let next = seats[seat].own.first {
            guard let chunk = chunks[next] else {
                seats[seat].own.popFirst(isPaid: false)
                continue
            }
            let isSelective = queue.isSelective || seats[seat].own.isSelective
            guard hasRoom(seat, for: chunk), !isSelective || seats[seat].order.isEmpty else { return }
            // First, because a worker that is posted its last chunk gives the others back.
            seats[seat].own.popFirst()
            post(next, chunk, to: seat, &actions)
        }
    }

    /// Posts a chunk to a worker that has room for it.
    mutating func post(_ id: ChunkID, _ chunk: Chunk, to seat: Int, _ actions: inout [Action]) {
        guard let slot = seats[seat].freeSlots.popLast() else { return }
        var placed = chunk
        placed.place = (seat, slot)
        // As a whole: to change it in its place, the dictionary would need memory of its own.
        chunks[id] = placed
        seats[seat].chunks[slot] = id
        seats[seat].order.append(slot)
        seats[seat].bytes += chunk.bytes
        if chunk.key != nil { seats[seat].bound += 1 }
        seats[seat].hasPostedOwn = chunk.key != nil
        seats[seat].posted += 1
        seats[seat].isQuiet = false
        recount(seat)
        actions.append(.post(id, seat: seat, slot: slot))
        guard seats[seat].posted == taskLimit else { return }
        retire(seat, &actions)
        needsArranging = true
    }

    /// Takes the slot and what is in it from the seat; false if it was free.
    mutating func release(_ slot: Int, of seat: Int) -> Bool {
        guard let place = seats[seat].order.firstIndex(of: slot) else { return false }
        seats[seat].order.remove(at: place)
        seats[seat].freeSlots.append(slot)
        if let id = seats[seat].chunks.remove(at: slot), let chunk = chunks.removeValue(forKey: id) {
            seats[seat].bytes -= chunk.bytes
            if chunk.key != nil { seats[seat].bound -= 1 }
        }
        if seats[seat].order.isEmpty { seats[seat].bytes = 0 }
        return true
    }

    /// A worker without work takes over half of what waits behind another's running chunk.
    mutating func feed(_ seat: Int, _ actions: inout [Action]) {
        guard queue.isEmpty, loads.load(of: seat) == 0, let rich = holdings.most(atLeast: 2) else { return }
        let waiting = movable(rich)
        // Each is put back before those that were put back earlier, so the last one comes first.
        for (id, slot) in waiting.suffix((waiting.count + 1) / 2).reversed() {
            actions.append(.revoke(id, seat: rich, slot: slot))
        }
    }

    /// A worker without work, if there is one, takes over what waits elsewhere; when that works, so does the next one.
    mutating func feedIdle(_ actions: inout [Action]) {
        if let idle = loads.least(below: 1) { feed(idle, &actions) }
    }

    /// Makes room for a worker in a seat that nobody has; nil when there are as many as there may be.
    ///
    /// Beside the workers there may be as many that wait for their places, or have not quite left theirs.
    mutating func takeSeat() -> Int? {
        guard !startsArePaused, takenCount < min(2 * target, seatLimit) else { return nil }
        if let free = seats.firstIndex(where: { $0.stage == .empty }) { return free }
        seats.append(Seat(slots: slots, weights: weights))
        loads.addSeat()
        holdings.addSeat()
        return seats.count - 1
    }

    /// A seat that is as new, for the next worker.
    mutating func clear(_ seat: Int) {
        move(seat, to: .empty)
        let tenure = seats[seat].tenure + 1
        seats[seat] = Seat(slots: slots, weights: weights)
        seats[seat].tenure = tenure
    }
}
