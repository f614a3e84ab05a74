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
        var chunks = [UInt64: PoolChunk]()
        var links: [WorkerLink?]
        var generation: UInt64 = 0
        /// Empty; memory for the machine's next orders.
        var actions: [PoolMachine.Action] = []
        /// Why the pool takes no more work, if it did not end in good order.
        var failure: (any Error)?
        /// Who waits for something about the workers.
        var waits: [PoolWait] = []
        /// Whether idle workers are being looked for.
        var isTicking = false
        /// Whether chunks are being looked for that others could help with.
        var watchesGroups = false
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
    /// How long callers look for their results.
    let attention = Attention()
    /// How long the poller's thread looks for more, after a worker has woken it.
    let watchAttention = Attention()
    let vigil = Mutex(Vigil())
    let interned = Mutex(InternedDefinitions())
    let hooks: WorkerHooks
    /// Where events go.
    let hub = EventHub()
    /// Output that comes through this process is written here, in its order.
    let outputLane = Lane("mp-output")
    /// Whether workers are looked at after each task.
    let isCheckedUp: Bool
    /// Whether nothing in the pool counts chunks, so that tiny items of one call may travel together.
    let mayGroup: Bool
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
        mayGroup = !isCheckedUp && maxTasksPerChild == nil && configuration.maxQueued == nil
        self.launcher = launcher
        doorbell = try Doorbell.make()
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

    // MARK: The lock

    /// Runs `body` under the lock, does what the machine asked for, and the rest after the lock.
    func transact<R: Sendable>(_ body: (inout State, inout Effects) -> R) -> R {
        var effects = Effects()
        let result = state.withLock { state in
            swap(&effects.actions, &state.actions)
            defer { swap(&effects.actions, &state.actions) }
            let result = body(&state, &effects)
            forgetRetired(&state)
            perform(&state, &effects)
            if !state.waits.isEmpty { settleWaits(&state, &effects) }
            if state.gate.hasWaiters { admitWaiters(&state, &effects) }
            state.meter.lose(failed: effects.lostItems, cancelled: effects.withdrawnItems)
            return result
        }
        run(consume effects)
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
