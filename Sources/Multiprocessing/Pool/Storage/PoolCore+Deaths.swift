import MultiprocessingCore

extension PoolCore {
    /// A worker that dies sooner than this, without having begun a task, has done nothing for the pool.
    private static let shortLife = Duration.milliseconds(100)

    /// A worker is gone: what it had begun is lost or run again, what it had not runs elsewhere.
    func workerEnded(seat: Int, _ generation: UInt64, _ end: ProcessEnd) {
        transact { state, effects in
            guard let link = state.links[seat], link.generation == generation else { return }
            // What it wrote before its end counts; the orders that follow from it have to come first.
            while drain(seat, isLast: true, &state, &effects) {}
            perform(&state, &effects)
            let death = Death(link: link, end: end, errorLines: link.relays.flatMap { $0.finish() })
            state.links[seat] = nil
            doorbell.endLooking(worker: seat)
            count(death, isLeaving: state.machine.seats[seat].isLeaving, &state, &effects)
            let isExpected = state.machine.seats[seat].isLeaving || link.isUnwanted
            let isFruitful =
                isExpected || link.segment.slots.contains { $0.begunItems > 0 }
                || link.isReady && link.age >= Self.shortLife
            let held = state.machine.ended(seat: seat, begunAnything: isFruitful)
            var again: [(id: UInt64, bytes: Int, key: Int?)] = []
            for (slot, id) in held {
                guard let rest = settle(id, slot: slot, death, &state, &effects) else { continue }
                again.append((id, rest.weight, rest.options.key))
            }
            if let reason = breakingReason(death, isExpected: isExpected, state) {
                breakPool(reason, &state, &effects)
                for (id, _, _) in again { effects.actions.append(.drop(id)) }
            } else {
                state.machine.resubmit(again, &effects.actions)
            }
            state.machine.replace(seat: seat, &effects.actions)
        }
    }

    /// Why the death ends the pool; nil when it does not.
    private func breakingReason(_ death: Death, isExpected: Bool, _ state: State) -> MultiprocessingError? {
        guard state.machine.phase == .open || state.machine.phase == .draining else { return nil }
        if state.machine.fruitlessDeaths >= PoolMachine.fruitlessLimit {
            return MultiprocessingError(
                .poolBroken,
                "\(PoolMachine.fruitlessLimit) workers in a row ended before they began a task; "
                    + "the last one \(death.status)\(death.lastWords)")
        }
        guard configuration.onWorkerDeath == .breakPool, !isExpected else { return nil }
        return MultiprocessingError(
            .poolBroken,
            "\(death.name) \(death.status), and the pool is to break when a worker dies\(death.lastWords)")
    }

    /// Sees to a chunk that a dead worker held; returns it if items of it have to run elsewhere.
    private func settle(
        _ id: UInt64, slot: Int, _ death: Death, _ state: inout State, _ effects: inout Effects
    ) -> PoolChunk? {
        guard var chunk = state.chunks.removeValue(forKey: id) else { return nil }
        guard let sink = chunk.sink else {
            effects.withdrawnItems += chunk.uncounted
            return nil
        }
        if let rescued = death.link.rescue(slot: slot, answered: chunk.answered, count: chunk.count) {
            let delivery = Delivery(
                chunk: id, firstItem: chunk.firstItem + chunk.answered, count: rescued.count,
                content: .replies(rescued.bytes))
            effects.deliver(delivery, to: sink)
            chunk.answered += rescued.count
            state.meter.receive(rescued.count, failures: 0, bytes: rescued.bytes.count, isWanted: true)
        }
        let begun = death.link.segment.slots[slot].begunItems
        let running = chunk.firstItem + begun - 1
        // The worker may have got on to something else before it was ended.
        let killReason = death.link.killedChunk ?? id == id ? death.link.killReason : nil
        let settlement = ChunkSettlement(
            answered: chunk.answered, begun: begun, count: chunk.count,
            // What the pool itself ended is not run again, and what has sent values would send them twice.
            policy: killReason == nil && !chunk.options.runsOnce ? configuration.onWorkerDeath : .failTask,
            earlier: chunk.deaths[running] ?? 0, quarantine: configuration.quarantineLimit)
        if settlement.deaths > 0 { chunk.deaths[running] = settlement.deaths }
        note(settlement, of: chunk, item: running, &effects)
        if !settlement.lost.isEmpty {
            let error: any Error =
                killReason
                ?? death.error(
                    for: chunk, item: chunk.firstItem + settlement.lost.upperBound - 1, slot: slot, settlement
                )
            deliver(error, to: chunk, items: settlement.lost, &effects)
        }
        let pieces = settlement.again.map { chunk.piece($0) } + chunk.later
        guard var rest = pieces.first else { return nil }
        rest.later = Array(pieces.dropFirst())
        rest.sink = chunk.sink
        state.chunks[id] = rest
        return rest
    }
}

/// How a worker ended.
struct Death {
    let link: WorkerLink
    let end: ProcessEnd
    let errorLines: [String]

    var name: String { "\(link.name) (process \(link.child?.pid ?? 0))" }
    var status: ChildProcess.ExitStatus { ChildProcess.ExitStatus(end.status) }
    var lastWords: String {
        errorLines.isEmpty ? "" : "; its last words: \(errorLines.joined(separator: "\n"))"
    }

    /// The error of an item that is lost with the worker.
    func error(for chunk: PoolChunk, item: Int, slot: Int, _ settlement: ChunkSettlement) -> WorkerDiedError {
        let runTime = link.segment.slots[slot].begunAt.map { begun in
            Duration.nanoseconds(Int64(clamping: Deadline.now.nanoseconds - begun.nanoseconds))
        }
        return WorkerDiedError(
            processID: link.child?.pid ?? 0, workerName: link.name, status: status, item: item,
            task: "item \(item) of \(chunk.definition.label)", runTime: runTime,
            peakMemory: end.usage.map { ResourceUsage($0).peakMemory }, errorLines: errorLines,
            attempts: settlement.deaths, isQuarantined: settlement.isQuarantined)
    }
}
