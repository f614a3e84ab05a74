import MultiprocessingCore
import Synchronization

/// The storage of a pool: the machine, the chunks and the links to the workers behind one lock.
///
/// Whatever wakes, starts or ends something, or calls back, happens after the lock was given back.
final class PoolCore: Sendable {
    struct State {
        var machine: PoolMachine
        /// What has been counted.
        var meter = PoolMeter()
        var chunks: [UInt64: PoolChunk] = [:]
        var links: [WorkerLink?]
        var generation: UInt64 = 0
        /// Why the pool takes no more work, if it did not end in good order.
        var failure: (any Error)?
        var interned: [DefinitionKey: Definition] = [:]
        /// Who waits for something about the workers.
        var waits: [PoolWait] = []
        /// Whether idle workers are being looked for.
        var isTicking = false
        /// Who may submit, where the number of waiting tasks has a limit.
        var gate: AdmissionGate<ResultBuffer>
    }

    static let ringBytes = 256 << 10

    let configuration: ProcessPool.Configuration
    let doorbell: Doorbell
    let launcher: any Launcher
    let backend: ProcessPool.Backend
    /// How many pools and processes are above this one.
    let depth = NestingDepth.current
    let state: Mutex<State>
    /// Closed when no worker is left.
    let finished = Latch<Void>()
    let retired = RetiredDefinitions()
    /// The memory of long messages.
    let buffers = BufferPool()
    let attention: Attention
    let hooks: WorkerHooks
    /// Where events go.
    let hub = EventHub()
    /// Output that comes through this process is written here, in its order.
    let outputLane = Lane("mp-output")
    /// Whether workers are looked at after each task.
    let isCheckedUp: Bool
    private let targetSize: Atomic<Int>
    private let seatCount: Atomic<Int>
    private let nextID = Atomic<UInt64>(1)
    private let watch = Mutex<Poller.Watch?>(nil)

    init(
        workers: Int, launcher: any Launcher, _ configuration: ProcessPool.Configuration,
        _ hooks: WorkerHooks = WorkerHooks(), maxTasksPerChild: Int? = nil,
        backend: ProcessPool.Backend = .processes
    ) throws(SystemError) {
        self.backend = backend
        targetSize = Atomic(workers)
        seatCount = Atomic(workers)
        self.hooks = hooks
        self.configuration = configuration
        isCheckedUp = configuration.recycling.needsLook
        self.launcher = launcher
        doorbell = try Doorbell.make()
        attention = Attention()
        state = Mutex(
            State(
                machine: PoolMachine(
                    seats: workers, slots: WorkerSegment.slotCount, minimum: configuration.minWorkers,
                    taskLimit: maxTasksPerChild, seatLimit: Doorbell.maximumWorkers,
                    weights: configuration.lanes),
                links: Array(repeating: nil, count: workers),
                gate: AdmissionGate(limit: configuration.maxQueued.map { $0 + workers })))
        let watch = try Poller.obtain().watch(doorbell.event.raw) { [weak self] in self?.doorbellRang() }
        self.watch.withLock { $0 = watch }
        doorbell.parentWillSleep()
        transact { state, effects in state.machine.begin(&effects.actions) }
    }

    /// Workers that there are at most.
    var workers: Int {
        get { targetSize.load(ordering: .relaxed) }
        set { targetSize.store(newValue, ordering: .relaxed) }
    }

    /// Seats that workers have had, which may be more.
    var seats: Int {
        get { seatCount.load(ordering: .relaxed) }
        set { seatCount.store(newValue, ordering: .relaxed) }
    }

    /// A number that no other chunk or definition of this pool has.
    func makeID() -> UInt64 {
        nextID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    // MARK: Work

    /// Accepts a call that submits its chunks one after the other; a pool that is closed meanwhile waits for them.
    ///
    /// - Throws: when the pool takes no more work.
    func beginCall() throws {
        let refusal: (any Error)? = state.withLock { state in
            if let refusal = Self.refusal(state) { return refusal }
            state.machine.callBegan()
            return nil
        }
        if let refusal { throw refusal }
    }

    /// A call that was accepted submits no more chunks.
    func endCall() {
        transact { state, effects in state.machine.callEnded(&effects.actions) }
    }

    /// Accepts chunks, all or none.
    ///
    /// - Parameters:
    ///   - chunks: what to run.
    ///   - reserved: for how many of them places were reserved, which are used up.
    ///   - ofCall: whether they belong to a call that was accepted, perhaps before the pool was closed.
    /// - Throws: when the pool takes no more work.
    func submit(_ chunks: [PoolChunk], reserved: Int = 0, ofCall: Bool = false) throws {
        let refusal: (any Error)? = transact { state, effects in
            defer { state.gate.release(reserved) }
            let isAccepted = ofCall && state.machine.phase == .draining
            if !isAccepted, let refusal = Self.refusal(state) { return refusal }
            guard state.gate.admits(chunks.count, reserved: reserved, open: state.chunks.count) else {
                note(.overloaded(maxQueued: configuration.maxQueued ?? 0), &effects)
                return MultiprocessingError.overloaded(configuration.maxQueued ?? 0)
            }
            let now = Deadline.now.nanoseconds
            for var chunk in chunks {
                chunk.submittedAt = now
                state.chunks[chunk.id] = chunk
                state.meter.submit(chunk.count)
                state.machine.submit(
                    chunk.id, bytes: chunk.weight, key: chunk.options.key, rank: chunk.terms?.rank ?? .usual,
                    &effects.actions)
            }
            return nil
        }
        if let refusal { throw refusal }
        for chunk in chunks { chunk.alarm?.arm(chunk.id, self) }
    }

    /// Gives chunks up: those that wait never run, those that run are cancelled, nothing is delivered.
    func withdraw(_ ids: some Sequence<UInt64> & Sendable) {
        transact { state, effects in
            for id in ids { withdraw(id, &state, &effects) }
        }
    }

    /// Gives one chunk up; the lock is held.
    func withdraw(_ id: UInt64, _ state: inout State, _ effects: inout Effects) {
        state.chunks[id]?.sink = nil
        guard let place = state.machine.withdraw(id, &effects.actions) else { return }
        guard let link = state.links[place.seat] else { return }
        if link.segment.slots[place.slot].revoke() {
            state.machine.revoked(seat: place.seat, slot: place.slot, requeue: false, &effects.actions)
        } else {
            effects.cancellations.append(.init(chunk: id, line: link.line))
        }
    }

    // MARK: Ends

    /// Takes no more work; what was accepted is finished, then the workers leave.
    func close() {
        transact { state, effects in state.machine.close(&effects.actions) }
    }

    /// Gives up everything that waits or runs, and ends the workers.
    func terminate(_ reason: MultiprocessingError) {
        transact { state, effects in
            if state.failure == nil, state.machine.phase != .finished { state.failure = reason }
            state.machine.terminate(&effects.actions)
        }
    }

    /// Whether work is taken or done.
    var isActive: Bool { state.withLock { $0.machine.phase == .open || $0.machine.phase == .draining } }

    /// Whether the pool will come to its end by itself.
    var isEnding: Bool { state.withLock { $0.machine.phase != .open } }

    /// Why nothing can be submitted now; nil when it can.
    var refusal: (any Error)? { state.withLock { Self.refusal($0) } }

    /// Waits until no worker is left, whatever happens to the waiting task.
    nonisolated(nonsending) func waitUntilFinished() async {
        await withCheckedContinuation { continuation in
            Task { [finished] in
                // A task of its own, because a cancelled one does not wait.
                _ = try? await finished.wait()
                continuation.resume()
            }
        }
    }

    /// Why nothing can be submitted now; nil when it can.
    static func refusal(_ state: State) -> (any Error)? {
        switch state.machine.phase {
        case .open: nil
        case .draining, .ending, .finished:
            state.failure
                ?? MultiprocessingError(
                    .poolClosed, "the pool is closed: it takes no more work after its end")
        }
    }

    // MARK: The lock

    /// Runs `body` under the lock, does what the machine asked for, and the rest after the lock.
    func transact<R: Sendable>(_ body: (inout State, inout Effects) -> R) -> R {
        var effects = Effects()
        let result = state.withLock { state in
            let result = body(&state, &effects)
            forgetRetired(&state)
            perform(&state, &effects)
            if !state.waits.isEmpty { settleWaits(&state, &effects) }
            if state.gate.hasWaiters { admitWaiters(&state, &effects) }
            state.meter.lose(failed: effects.lostItems, cancelled: effects.withdrawnItems)
            return result
        }
        run(effects)
        return result
    }

    private func forgetRetired(_ state: inout State) {
        for id in retired.take() {
            // A broken ring shows again at the next message, where it is dealt with.
            for link in state.links { try? link?.forget(id) }
        }
    }

    /// The last worker has gone: nothing rings any more.
    func endWatching() {
        if let watch = watch.withLock({ $0.take() }) { Poller.shared.unwatch(watch) }
        hub.end()
        if configuration.relaysOutput {
            // What the workers have printed comes out first.
            outputLane.run { [finished] in finished.close(()) }
        } else {
            finished.close(())
        }
    }
}
