import MultiprocessingCore

extension PoolCore {
    /// Prepares the seat's next worker, which can be given work from now on; the lock is held.
    func start(_ seat: Int, _ state: inout State, _ effects: inout Effects) {
        state.generation += 1
        do {
            let link = try WorkerLink(generation: state.generation, ringBytes: Self.ringBytes)
            state.links[seat] = link
            let seating = PoolWorkerRole.Seating(seat: seat, ringBytes: Self.ringBytes)
            let path = ProcessNames.nextPath()
            let heritage = try Heritage(
                name: ProcessNames.name("PoolWorker", path), path: path, isDaemon: false)
            let order = heritage.order(
                PoolWorkerRole.self, seating.bytes, [link.segment.file, doorbell.file, doorbell.event])
            effects.launches.append((seat, state.generation, order))
            state.machine.occupied(seat: seat, &effects.actions)
        } catch {
            breakPool(
                MultiprocessingError(.startFailed, "a worker's memory could not be made", cause: error),
                &state,
                &effects)
        }
    }

    /// Starts the process on the lane where starting may block.
    func launch(_ order: LaunchOrder, seat: Int, _ generation: UInt64) {
        launcher.lane.run { [self] in
            do throws(LaunchFailure) {
                _ = try launcher.launch(
                    order, onStart: { workerStarted($0, seat: seat, generation) },
                    onExit: { [self] end in
                        SharedMemory.childEnded(end.status)
                        workerEnded(seat: seat, generation, end.status)
                    })
            } catch {
                transact { state, effects in
                    breakPool(MultiprocessingError(error, starting: "a worker process"), &state, &effects)
                    state.links[seat] = nil
                    _ = state.machine.ended(seat: seat, begunAnything: false)
                    state.machine.replace(seat: seat, &effects.actions)
                }
            }
        }
    }

    /// A worker is there; it may have answered before this was known.
    private func workerStarted(_ child: LaunchedChild, seat: Int, _ generation: UInt64) {
        transact { state, effects in
            guard let link = state.links[seat], link.generation == generation else { return }
            link.child = child
            link.line.connect(child.channel)
            effects.lines.append(link.line)
            if link.isUnwanted { effects.kills.append(child) }
            while drain(seat, &state, &effects) {}
        }
    }

    /// A worker is gone: what it had begun is lost, what it had not runs elsewhere.
    func workerEnded(seat: Int, _ generation: UInt64, _ status: MultiprocessingCore.ExitStatus) {
        transact { state, effects in
            guard let link = state.links[seat], link.generation == generation else { return }
            // What it wrote before its end counts; the orders that follow from it have to come first.
            while drain(seat, &state, &effects) {}
            perform(&state, &effects)
            state.links[seat] = nil
            let wasLeaving = state.machine.seats[seat].isLeaving
            let begunAnything = link.segment.slots.contains { $0.begunItems > 0 }
            let held = state.machine.ended(seat: seat, begunAnything: begunAnything || wasLeaving)
            var again: [(id: UInt64, bytes: Int)] = []
            for (slot, id) in held {
                guard let rest = settle(id, link, slot: slot, status, &state, &effects) else { continue }
                again.append((id, rest))
            }
            if state.machine.fruitlessDeaths >= PoolMachine.fruitlessLimit {
                breakPool(
                    MultiprocessingError(
                        .poolBroken,
                        "\(PoolMachine.fruitlessLimit) workers in a row ended before they began a task; "
                            + "the last one \(ChildProcess.ExitStatus(status))"), &state, &effects)
                for (id, _) in again { effects.actions.append(.drop(id)) }
            } else {
                state.machine.resubmit(again, &effects.actions)
            }
            state.machine.replace(seat: seat, &effects.actions)
        }
    }

    /// Sees to a chunk that a dead worker held; returns its size if items of it have to run elsewhere.
    private func settle(
        _ id: UInt64, _ link: WorkerLink, slot: Int, _ status: MultiprocessingCore.ExitStatus,
        _ state: inout State, _ effects: inout Effects
    ) -> Int? {
        guard var chunk = state.chunks[id] else { return nil }
        guard let sink = chunk.sink else {
            state.chunks[id] = nil
            return nil
        }
        if let rescued = link.rescue(slot: slot, answered: chunk.answered, count: chunk.count) {
            let delivery = Delivery(
                chunk: id, firstItem: chunk.firstItem + chunk.answered, count: rescued.count,
                content: .replies(rescued.bytes))
            effects.deliveries.append((sink, delivery))
            chunk.answered += rescued.count
        }
        // What the slot says comes from the worker, so it is held against what is known here.
        let begun = min(max(link.segment.slots[slot].begunItems, chunk.answered), chunk.count)
        if begun > chunk.answered {
            let error = lossReason(chunk, item: chunk.firstItem + begun - 1, link, slot, status)
            deliver(error, to: chunk, items: chunk.answered..<begun, &effects)
        }
        guard begun < chunk.count else {
            state.chunks[id] = nil
            return nil
        }
        if begun > 0 {
            chunk.payload = ChunkPayload.dropping(begun, of: chunk.payload, count: chunk.count)
            chunk.firstItem += begun
            chunk.count -= begun
            chunk.answered = 0
        }
        state.chunks[id] = chunk
        return chunk.weight
    }

    private func lossReason(
        _ chunk: PoolChunk, item: Int, _ link: WorkerLink, _ slot: Int,
        _ status: MultiprocessingCore.ExitStatus
    ) -> any Error {
        if let reason = link.killReason { return reason }
        let runTime = link.segment.slots[slot].begunAt.map { begun in
            Duration.nanoseconds(Int64(clamping: Deadline.now.nanoseconds - begun.nanoseconds))
        }
        return WorkerDiedError(
            processID: link.child?.pid ?? 0, status: .init(status), item: item,
            task: "item \(item) of \(chunk.definition.label)", runTime: runTime)
    }

    /// Ends the pool because it cannot do its work.
    private func breakPool(_ reason: MultiprocessingError, _ state: inout State, _ effects: inout Effects) {
        if state.failure == nil { state.failure = reason }
        state.machine.terminate(&effects.actions)
    }
}
