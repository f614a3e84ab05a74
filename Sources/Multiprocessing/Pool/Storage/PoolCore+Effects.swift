import MultiprocessingCore

extension PoolCore {
    /// Carries out the machine's orders, also those that follow from them; the lock is held.
    func perform(_ state: inout State, _ effects: inout Effects) {
        var next = 0
        while next < effects.actions.count {
            perform(effects.actions[next], &state, &effects)
            next += 1
        }
        effects.actions.removeAll(keepingCapacity: true)
    }

    private func perform(_ action: PoolMachine.Action, _ state: inout State, _ effects: inout Effects) {
        switch action {
        case .start(let seat):
            start(seat, &state, &effects)
        case .post(let id, let seat, let slot):
            guard let link = state.links[seat], let chunk = state.chunks[id] else { return }
            let sent = guarding(link, &effects) { () throws(RingCorruption) in
                try link.post(chunk, slot: slot)
            }
            state.meter.send(sent ?? 0)
            if chunk.hasDescriptors { effects.lines.append(link.line) }
            wantBulk(link, seat, &effects)
            if chunk.payload.count >= BulkMemory.threshold { effects.copy(link, seat) }
            effects.wake(link.segment)
            if chunk.isDivisible, !state.watchesGroups {
                state.watchesGroups = true
                effects.watchesGroups = true
            }
            if let limit = chunk.timeout { watchTime(of: seat, link, at: .after(limit), &effects) }
            if configuration.memoryLimit != nil, !link.isWatched {
                link.isWatched = true
                effects.watches.append((seat, link.generation))
            }
        case .revoke(_, let seat, let slot):
            guard let link = state.links[seat], link.segment.slots[slot].revoke() else { return }
            state.machine.revoked(seat: seat, slot: slot, requeue: true, &effects.actions)
        case .divide(let id, let seat, let slot):
            guard state.machine.hasIdleWorker, let link = state.links[seat] else { return }
            if link.segment.slots[slot].revoke() {
                state.machine.revoked(seat: seat, slot: slot, requeue: true, &effects.actions)
            } else {
                divide(id, link.segment.slots[slot], &state, &effects)
            }
        case .dismiss(let seat):
            guard let link = state.links[seat] else { return }
            guarding(link, &effects) { () throws(RingCorruption) in try link.dismiss() }
            effects.wake(link.segment)
        case .kill(let seat):
            if let link = state.links[seat] { kill(link, &effects) }
        case .drop(let id):
            guard let chunk = state.chunks.removeValue(forKey: id) else { return }
            let reason = state.failure ?? MultiprocessingError(.poolTerminated, "the pool was terminated")
            deliverToRest(of: chunk, reason, &effects)
        case .finish:
            effects.isFinished = true
        }
    }

    /// Tells a chunk's sink that whatever has not come out is lost.
    func deliverToRest(of chunk: PoolChunk, _ error: any Error, _ effects: inout Effects) {
        deliver(error, to: chunk, items: chunk.answered..<chunk.count, &effects)
        for var piece in chunk.later {
            piece.sink = chunk.sink
            deliver(error, to: piece, items: 0..<piece.count, &effects)
        }
    }

    /// Tells a chunk's sink that items are lost.
    func deliver(_ error: any Error, to chunk: PoolChunk, items: Range<Int>, _ effects: inout Effects) {
        guard let sink = chunk.sink, !items.isEmpty else {
            if !chunk.isCounted { effects.withdrawnItems += items.count }
            return
        }
        effects.lostItems += items.count
        note(
            .taskFailed(task: chunk.name(ofItem: chunk.firstItem + items.lowerBound), error: error), &effects)
        let delivery = Delivery(
            chunk: chunk.id, firstItem: chunk.firstItem + items.lowerBound, count: items.count,
            content: .lost(error))
        effects.deliver(delivery, to: sink)
    }

    /// Ends a worker whose ring holds what no working program writes.
    @discardableResult
    func guarding<R>(
        _ link: WorkerLink, _ effects: inout Effects, _ body: () throws(RingCorruption) -> R
    ) -> R? {
        do {
            return try body()
        } catch {
            link.killReason = MultiprocessingError(
                .protocolViolation,
                "the worker's memory that it shares with the pool holds impossible values; it was ended")
            kill(link, &effects)
            return nil
        }
    }

    func kill(_ link: WorkerLink, _ effects: inout Effects) {
        link.isUnwanted = true
        if let child = link.child { effects.kills.append(child) }
    }

    /// Gives the results to those who wait for them, all that follow each other at once.
    private func handOut(_ effects: borrowing Effects) {
        var start = 0
        while start < effects.sinks.count {
            let sink = effects.sinks[start]
            var end = start + 1
            while end < effects.sinks.count, effects.sinks[end] === sink { end += 1 }
            sink.receive(effects.deliveries[start..<end])
            start = end
        }
    }

    /// Does what has to wait until the lock was given back.
    func run(_ effects: consuming Effects) {
        while let payload = effects.spentPayloads.popLast() { buffers.give(payload) }
        for line in effects.lines { line.flush() }
        // Each worker that is woken finds the beginning of what it is woken for.
        for copy in effects.copies { _ = copy.requests?.sendNext() }
        for segment in effects.wakes { segment.requests.wakeReader() }
        handOut(effects)
        if !effects.copies.isEmpty { copy(effects.copies) }
        for launch in effects.launches { self.launch(launch.order, seat: launch.seat, launch.generation) }
        for bulk in effects.bulks { makeBulk(for: bulk.seat, bulk.generation) }
        for child in effects.kills { WorkerSignal.kill(child) }
        for look in effects.looks { self.look(at: look.seat, look.generation, at: look.moment) }
        for cancellation in effects.cancellations { cancel(cancellation) }
        for seat in effects.checkups { checkUp(seat) }
        for (seat, generation) in effects.watches { watchMemory(of: seat, generation) }
        for (seat, generation) in effects.births { watchAge(of: seat, generation) }
        if let reason = effects.pausedBy { resumeLater(after: reason) }
        if effects.beginsTicking { tick() }
        if effects.watchesGroups { watchGroups() }
        if !effects.events.isEmpty { hub.publish(effects.events) }
        for (latch, error) in effects.resumed { latch.close(error) }
        for buffer in effects.admitted { buffer.placeReserved() }
        if effects.isFinished { endWatching() }
    }
}
