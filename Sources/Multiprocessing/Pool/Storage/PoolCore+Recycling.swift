import MultiprocessingCore
import Synchronization

// Workers that are looked at: whether they are too old, too large, or idle for too long.
extension PoolCore {
    /// So often a worker's memory is looked at while it runs something.
    private static let memoryInterval = Duration.milliseconds(50)

    /// A worker has done a task: finds out whether it is to be replaced.
    func checkUp(_ seat: Int) {
        // What is asked may take a while, so it is asked without the lock.
        guard let (status, generation) = status(of: seat),
            let reason = configuration.recycling.reason(for: status)
        else { return }
        replace(seat, generation, because: reason)
    }

    /// A worker that is in good health is to be replaced.
    private func replace(_ seat: Int, _ generation: UInt64, because reason: String) {
        let name: String? = transact { state, effects in
            guard let link = state.links[seat], link.generation == generation,
                state.machine.seats[seat].stage.isFresh, !state.machine.seats[seat].isDue
            else { return nil }
            state.machine.becomeDue([seat], &effects.actions)
            return link.name
        }
        if let name { ProcessLogger.info("\(name) is replaced: \(reason)") }
    }

    /// What is known about the seat's worker, and its generation.
    func status(of seat: Int) -> (ProcessPool.WorkerStatus, generation: UInt64)? {
        let found: (ProcessPool.WorkerStatus, UInt64)? = state.withLock { state in
            guard state.links.indices.contains(seat), let link = state.links[seat], let child = link.child
            else {
                return nil
            }
            let place = state.machine.seats[seat]
            let status = ProcessPool.WorkerStatus(
                name: link.name, processID: child.pid, seat: seat, age: link.age,
                tasks: place.posted - place.order.count, residentMemory: 0)
            return (status, link.generation)
        }
        guard let (status, generation) = found else { return nil }
        let memory = ResidentMemory.of(process: status.processID) ?? 0
        return (status.with(residentMemory: memory), generation)
    }

    // MARK: Age

    /// Replaces the worker when it is old.
    func watchAge(of seat: Int, _ generation: UInt64) {
        guard let limit = configuration.recycling.maxAge else { return }
        Poller.shared.schedule(at: .after(limit)) { [weak self] in
            self?.replace(seat, generation, because: "it is older than \(limit)")
        }
    }

    // MARK: Idleness

    /// Begins to look for idle workers, if there are more than there have to be; the lock is held.
    func beginTicking(_ state: inout State, _ effects: inout Effects) {
        guard configuration.idleTimeout != nil, !state.isTicking, state.machine.hasSurplus else { return }
        state.isTicking = true
        effects.beginsTicking = true
    }

    /// Looks for idle workers after each timeout, for as long as there are more than there have to be.
    func tick() {
        guard let interval = configuration.idleTimeout else { return }
        Poller.shared.schedule(at: .after(interval)) { [weak self] in
            guard let self else { return }
            transact { state, effects in
                state.machine.idleTimePassed(&effects.actions)
                state.isTicking = false
                beginTicking(&state, &effects)
            }
        }
    }

    // MARK: Memory

    /// Looks at a worker's memory for as long as it runs something.
    func watchMemory(of seat: Int, _ generation: UInt64) {
        Poller.shared.schedule(at: .after(Self.memoryInterval)) { [weak self] in
            if self?.checkMemory(of: seat, generation) == true { self?.watchMemory(of: seat, generation) }
        }
    }

    /// Ends a worker that has too much; returns whether it goes on being watched.
    private func checkMemory(of seat: Int, _ generation: UInt64) -> Bool {
        guard let limit = configuration.memoryLimit else { return false }
        let process: Int32? = state.withLock { state in
            guard let link = state.links[seat], link.generation == generation else { return nil }
            return link.child?.pid ?? 0
        }
        // A worker that has not been started yet has nothing yet.
        guard let process else { return false }
        let memory = process == 0 ? 0 : ResidentMemory.of(process: process) ?? 0
        return transact { state, effects in
            guard let link = state.links[seat], link.generation == generation else { return false }
            guard !state.machine.seats[seat].order.isEmpty else {
                link.isWatched = false
                return false
            }
            guard memory > limit else { return true }
            let held = state.machine.seats[seat]
            link.killedChunk = held.order.first { link.segment.slots[$0].begunItems > 0 }
                .flatMap { held.chunks[$0] }
            link.killReason = MultiprocessingError(
                .memoryLimitExceeded,
                "\(link.name) (process \(process)) had \(memory >> 10) KiB of memory while it ran the task, "
                    + "over its limit of \(limit >> 10); it was ended and replaced")
            kill(link, &effects)
            return false
        }
    }
}

extension ProcessPool.WorkerStatus {
    func with(residentMemory: Int) -> ProcessPool.WorkerStatus {
        ProcessPool.WorkerStatus(
            name: name, processID: processID, seat: seat, age: age, tasks: tasks,
            residentMemory: residentMemory)
    }
}
