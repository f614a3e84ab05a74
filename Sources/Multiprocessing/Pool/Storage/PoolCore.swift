import MultiprocessingCore
import Synchronization

/// The storage of a pool: the machine, the chunks and the links to the workers behind one lock.
///
/// Whatever wakes, starts or ends something, or calls back, happens after the lock was given back.
final class PoolCore: Sendable {
    struct State {
        var machine: PoolMachine
        var chunks: [UInt64: PoolChunk] = [:]
        var links: [WorkerLink?]
        var generation: UInt64 = 0
        /// Why the pool takes no more work, if it did not end in good order.
        var failure: MultiprocessingError?
        var interned: [DefinitionKey: Definition] = [:]
    }

    static let ringBytes = 256 << 10

    let workers: Int
    let configuration: ProcessPool.Configuration
    let doorbell: Doorbell
    let launcher: any Launcher
    let state: Mutex<State>
    /// Closed when no worker is left.
    let finished = Latch<Void>()
    let retired = RetiredDefinitions()
    /// The memory of long messages.
    let buffers = BufferPool()
    let attention: Attention
    private let nextID = Atomic<UInt64>(1)
    private let watch = Mutex<Poller.Watch?>(nil)

    init(
        workers: Int, launcher: any Launcher, _ configuration: ProcessPool.Configuration
    ) throws(SystemError) {
        self.workers = workers
        self.configuration = configuration
        self.launcher = launcher
        doorbell = try Doorbell.make()
        attention = Attention()
        state = Mutex(
            State(
                machine: PoolMachine(seats: workers, slots: WorkerSegment.slotCount),
                links: Array(repeating: nil, count: workers)))
        let watch = try Poller.obtain().watch(doorbell.event.raw) { [weak self] in self?.doorbellRang() }
        self.watch.withLock { $0 = watch }
        doorbell.parentWillSleep()
        transact { state, effects in state.machine.begin(&effects.actions) }
    }

    /// A number that no other chunk or definition of this pool has.
    func makeID() -> UInt64 {
        nextID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    // MARK: Work

    /// Accepts chunks, all or none.
    ///
    /// - Throws: when the pool takes no more work.
    func submit(_ chunks: [PoolChunk]) throws(MultiprocessingError) {
        let refusal: MultiprocessingError? = transact { state, effects in
            if let refusal = Self.refusal(state) { return refusal }
            for chunk in chunks {
                state.chunks[chunk.id] = chunk
                state.machine.submit(chunk.id, bytes: chunk.weight, &effects.actions)
            }
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Gives chunks up: those that wait never run, those that run are cancelled, nothing is delivered.
    func withdraw(_ ids: some Sequence<UInt64> & Sendable) {
        transact { state, effects in
            for id in ids {
                state.chunks[id]?.sink = nil
                guard let place = state.machine.withdraw(id, &effects.actions) else { continue }
                guard let link = state.links[place.seat] else { continue }
                if link.segment.slots[place.slot].revoke() {
                    state.machine.revoked(
                        seat: place.seat, slot: place.slot, requeue: false, &effects.actions)
                } else {
                    effects.cancellations.append(.init(chunk: id, line: link.line))
                }
            }
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

    /// Whether the pool will come to its end by itself.
    var isEnding: Bool { state.withLock { $0.machine.phase != .open } }

    /// Why nothing can be submitted now; nil when it can.
    var refusal: MultiprocessingError? { state.withLock { Self.refusal($0) } }

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
    static func refusal(_ state: State) -> MultiprocessingError? {
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
        finished.close(())
    }
}
