import MultiprocessingCore

extension PoolCore {
    /// Reads what the workers that rang have written, and acts on it.
    func pump() {
        transact { state, effects in
            doorbell.answer(workers: seats) { seat in
                if drain(seat, &state, &effects) { doorbell.ring(worker: seat) }
                perform(&state, &effects)
            }
        }
    }

    /// Takes in what a worker has written; true when there may be more.
    ///
    /// The lock is held.
    func drain(_ seat: Int, _ state: inout State, _ effects: inout Effects) -> Bool {
        guard let link = state.links[seat],
            let drained = guarding(link, &effects, { () throws(RingCorruption) in try link.drain(buffers) })
        else { return false }
        if !drained.batches.isEmpty { effects.now = Deadline.now.nanoseconds }
        if let beginning = link.beginning.take() { take(beginning, from: seat, link, &state, &effects) }
        wantBulk(link, seat, &effects)
        for batch in drained.batches { take(batch, from: seat, link, &state, &effects) }
        return drained.more
    }

    private func take(
        _ batch: WorkerLink.Batch, from seat: Int, _ link: WorkerLink, _ state: inout State,
        _ effects: inout Effects
    ) {
        guard link.segment.slots.indices.contains(batch.slot) else { return }
        var isDone = batch.isVacated
        var successor: PoolChunk?
        if batch.count > 0 {
            // Taken out, because most chunks are over with this.
            guard let id = state.machine.seats[seat].chunks[batch.slot],
                var chunk = state.chunks.removeValue(forKey: id)
            else { return }
            guard chunk.answered + batch.count <= chunk.count else {
                // More answers than questions.
                state.chunks[id] = chunk
                guarding(link, &effects) { () throws(RingCorruption) in throw RingCorruption() }
                return
            }
            state.meter.receive(
                chunk.isCounted ? 0 : batch.count, failures: batch.failures, bytes: batch.byteCount,
                isWanted: chunk.sink != nil)
            if batch.failures > 0 { noteFailures(batch, of: chunk, &effects) }
            if let sink = chunk.sink {
                let isLast = chunk.answered + batch.count == chunk.count
                let delivery = Delivery(
                    chunk: id, firstItem: chunk.firstItem + chunk.answered, count: batch.count,
                    content: batch.content,
                    nanoseconds: isLast ? link.segment.slots[batch.slot].nanoseconds : 0)
                effects.deliver(delivery, to: sink)
            }
            chunk.answered += batch.count
            if chunk.answered < chunk.count {
                state.chunks[id] = chunk
            } else {
                let slot = link.segment.slots[batch.slot]
                state.meter.finish(
                    chunk, begun: chunk.count == 1 ? slot.begunAt?.nanoseconds : nil,
                    spent: slot.nanoseconds, now: effects.now)
                successor = chunk.successor
                if chunk.payload.count >= BufferPool.least {
                    effects.spentPayloads.append(chunk.payload.bytes)
                }
                isDone = true
            }
        } else if isDone, let id = state.machine.seats[seat].chunks[batch.slot] {
            // Only a chunk that nobody wants is given up half way.
            effects.withdrawnItems += state.chunks[id]?.uncounted ?? 0
            state.chunks[id] = nil
        }
        guard isDone else { return }
        link.segment.slots[batch.slot].free()
        if isCheckedUp { effects.checkups.insert(seat) }
        if let successor, successor.sink != nil {
            state.chunks[successor.id] = successor
            state.machine.slotFreed(
                seat: seat, slot: batch.slot,
                followedBy: (successor.id, successor.weight, successor.options.key),
                &effects.actions)
        } else {
            state.machine.slotFreed(seat: seat, slot: batch.slot, &effects.actions)
        }
    }
}
