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
    func drain(
        _ seat: Int, isLast: Bool = false, _ state: inout State, _ effects: inout Effects
    ) -> Bool {
        guard let link = state.links[seat],
            let drained = guarding(
                link, &effects, { () throws(RingCorruption) in try link.drain(buffers, isLast: isLast) })
        else { return false }
        if drained.batches.contains(where: { $0.loan != nil }) || link.hasCopies { effects.copy(link, seat) }
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
        let id = state.machine.seats[seat].chunks[batch.slot]
        var isDone = batch.isVacated
        var successor: PoolChunk?
        if batch.count > 0 {
            // Taken out, because most chunks are over with this.
            guard let id, var chunk = state.chunks.removeValue(forKey: id) else { return }
            guard chunk.answered + batch.count <= chunk.count else {
                // More answers than questions.
                state.chunks[id] = chunk
                guarding(link, &effects) { () throws(RingCorruption) in throw RingCorruption() }
                return
            }
            let slot = link.segment.slots[batch.slot]
            receive(batch, of: &chunk, slot, &state, &effects)
            // Of a divided chunk the worker says itself that it is through with it.
            if chunk.answered < chunk.count || chunk.isDivided {
                state.chunks[id] = chunk
            } else {
                finish(chunk, slot, &state, &effects)
                successor = chunk.successor
                isDone = true
            }
        }
        if batch.isVacated, let id, let chunk = state.chunks.removeValue(forKey: id) {
            successor = leftover(of: chunk, &effects)
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

    /// Counts answers, and gives them to whoever waits for them.
    private func receive(
        _ batch: WorkerLink.Batch, of chunk: inout PoolChunk, _ slot: Slot, _ state: inout State,
        _ effects: inout Effects
    ) {
        state.meter.receive(
            chunk.isCounted ? 0 : batch.count, failures: batch.failures, bytes: batch.byteCount,
            isWanted: chunk.sink != nil)
        if batch.failures > 0 { noteFailures(batch, of: chunk, &effects) }
        let firstItem = chunk.firstItem + chunk.answered
        chunk.answered += batch.count
        guard let sink = chunk.sink else { return }
        let delivery = Delivery(
            chunk: chunk.id, firstItem: firstItem, count: batch.count, content: batch.content,
            nanoseconds: chunk.answered == chunk.count ? slot.nanoseconds : 0, failures: batch.failures)
        effects.deliver(delivery, to: sink)
    }

    /// Every item of the chunk has come out.
    private func finish(
        _ chunk: PoolChunk, _ slot: Slot, _ state: inout State, _ effects: inout Effects
    ) {
        state.meter.finish(
            chunk, begun: chunk.count == 1 ? slot.begunAt?.nanoseconds : nil,
            spent: slot.nanoseconds, now: effects.now)
        if chunk.payload.count >= BufferPool.least {
            effects.spentPayloads.append(chunk.payload.bytes)
        }
    }

    /// What goes on elsewhere of a chunk that a worker is through with before its end.
    private func leftover(of chunk: PoolChunk, _ effects: inout Effects) -> PoolChunk? {
        guard chunk.sink != nil else {
            effects.withdrawnItems += chunk.uncounted
            return nil
        }
        guard chunk.answered < chunk.count else { return chunk.successor }
        // Its task has cancelled itself; what follows it was not meant.
        var rest = chunk.piece(chunk.answered..<chunk.count)
        rest.later = chunk.later
        return rest
    }
}
