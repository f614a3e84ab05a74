import MultiprocessingCore

// The memory for long messages comes when the first is seen and goes when none has come for a while.
extension PoolCore {
    /// After so many the thread is given back: others may wait for it.
    private static let mostTurns = 16

    /// Notes that a worker is to have memory for long messages, if it needs it and has none; the lock is held.
    func wantBulk(_ link: WorkerLink, _ seat: Int, _ effects: inout Effects) {
        if link.takeBulkWish() { effects.bulks.append((seat, link.generation)) }
    }

    /// Makes the memory where it may take a moment: the system clears all of it.
    func makeBulk(for seat: Int, _ generation: UInt64) {
        launcher.lane.run { [self] in
            let memory = try? WorkerSegment.make(
                ringBytes: BulkMemory.ringBytes, replyBytes: BulkMemory.replyBytes)
            transact { state, effects in
                guard let link = state.links[seat], link.generation == generation else { return }
                guard let memory else { return link.bulkFailed() }
                guarding(link, &effects) { () throws(RingCorruption) in try link.openBulk(memory) }
                effects.lines.append(link.line)
                effects.wake(link.segment)
            }
            if memory != nil { watchBulk(of: seat, generation) }
        }
    }

    /// Copies what long messages have waiting, or a part of it; the lock is not held.
    func copy(_ copies: [Effects.LongCopy]) {
        var rest = copies
        // By turns, so that no worker waits for all that another one gets.
        for _ in 0..<Self.mostTurns where !rest.isEmpty { rest.removeAll { $0.requests?.sendNext() != true } }
        var unfinished = rest.map(\.seat)
        for copy in copies {
            if copy.reply?.receive() == true { unfinished.append(copy.seat) }
            copy.replies?.relieve()
        }
        // Whoever hears the bell goes on, after all that has come meanwhile.
        for seat in unfinished { doorbell.ring(worker: seat) }
        let over = copies.filter { $0.reply?.isOver == true || $0.requests?.isCorrupt == true }
        if over.isEmpty { return }
        transact { state, effects in
            for copy in over where state.links[copy.seat]?.generation == copy.generation {
                if drain(copy.seat, &state, &effects) { doorbell.ring(worker: copy.seat) }
            }
        }
    }

    /// Gives the memory back when no long message has come for a while.
    private func watchBulk(of seat: Int, _ generation: UInt64) {
        Poller.shared.schedule(at: .after(BulkMemory.idleTime)) { [weak self] in
            guard let self else { return }
            let goesOn = transact { state, effects in
                guard let link = state.links[seat], link.generation == generation else { return false }
                guard link.tickBulk() else { return true }
                guarding(link, &effects) { () throws(RingCorruption) in try link.closeBulk() }
                effects.wake(link.segment)
                return false
            }
            if goesOn { watchBulk(of: seat, generation) }
        }
    }
}
