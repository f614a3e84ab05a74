import MultiprocessingCore
import Synchronization

/// Where the results of a stream arrive: the storage of a `StreamMachine`, with one consumer that may wait
/// for results and one feeder that may wait for room.
final class ResultBuffer: Sendable {
    struct State {
        var machine: StreamMachine
        /// What chooses the sizes of chunks, where that is not said.
        var sizer: ChunkSizer?
        var consumer: Latch<Void>?
        var feeder: Latch<Void>?
        /// Chunks for which the pool has reserved a place.
        var places = 0
        /// Whether the pool will tell when there is one.
        var isInLine = false
        /// Whether nobody will use a place any more.
        var isAbandoned = false
    }

    let core: PoolCore
    /// So much that was used is worth telling: with the room for them there may be enough for more input.
    let handful: Int
    /// Whether the window is one of items, not of chunks.
    let countsItems: Bool
    let state: Mutex<State>
    /// Whether there is something for the consumer.
    let news = Atomic<Bool>(false)
    /// Whether the pool waits for more chunks.
    private let isCall = Atomic<Bool>(false)

    init(
        core: PoolCore, isOrdered: Bool, window: Int, countsItems: Bool = false, isPatient: Bool = false
    ) {
        self.core = core
        self.countsItems = countsItems
        handful = max(1, min(window / 2, PoolMachine.depth))
        state = Mutex(
            State(
                machine: StreamMachine(
                    isOrdered: isOrdered, window: window, countsItems: countsItems, isPatient: isPatient)))
    }

    deinit {
        returnPlaces()
    }

    /// Makes the pool wait for chunks that are submitted later, until the input ends or the stream is given up.
    ///
    /// - Throws: when the pool takes no more work.
    func beginCall() throws {
        try core.beginCall()
        isCall.store(true, ordering: .releasing)
    }

    private func endCall() {
        if isCall.exchange(false, ordering: .acquiringAndReleasing) { core.endCall() }
    }

    /// Lets the sizes of chunks follow from how long they take.
    func use(_ sizer: ChunkSizer) {
        state.withLock { $0.sizer = sizer }
    }

    /// How many of the items that are left go into the next chunk.
    func nextSize(of left: Int) -> Int {
        state.withLock { $0.sizer?.next(of: left) ?? 1 }
    }

    func submit(_ chunks: [PoolChunk]) throws {
        guard !chunks.isEmpty else { return }
        let reserved = state.withLock { state in
            for chunk in chunks {
                state.machine.submitted(chunk.id, items: chunk.count, bytes: chunk.payload.count)
            }
            let reserved = min(state.places, chunks.count)
            state.places -= reserved
            return reserved
        }
        do {
            try core.submit(chunks, reserved: reserved, ofCall: isCall.load(ordering: .acquiring))
        } catch {
            for chunk in chunks { lose(chunk.firstItem, of: chunk.id, count: chunk.count, error) }
            throw error
        }
    }

    func inputEnded(_ end: Result<Void, any Error>) {
        change { $0.machine.inputEnded(end) }
        endCall()
    }

    /// What is next, without waiting.
    ///
    /// - Parameter used: the weight of what the consumer is through with since the last time.
    /// - Returns: everything that can come out, or that there is nothing, or the end.
    func next(used: Int) -> StreamMachine.Next {
        let (next, feeder) = state.withLock { state in
            state.machine.used(used)
            let next = state.machine.next()
            news.store(state.machine.hasNext, ordering: .releasing)
            return (next, state.feeder != nil && state.machine.hasRoom ? state.feeder.take() : nil)
        }
        feeder?.close(())
        return next
    }

    /// Takes the memory of a delivery back that has been read.
    func recycle(_ delivery: consuming Delivery) {
        switch delivery.content {
        case .replies(let bytes, _): core.buffers.give(bytes)
        // Its memory is the ring's, which gets it back with the last reference.
        case .long, .lost: break
        }
    }

    /// Whether a worker has begun with any of it.
    var hasBegun: Bool {
        let (hasResults, chunks) = state.withLock {
            ($0.machine.hasResults, Array($0.machine.outstanding.keys))
        }
        return hasResults || core.hasBegun(chunks)
    }

    /// Nobody wants the rest: what runs is cancelled, what waits never runs.
    func abandon() {
        let chunks = state.withLock { state in
            state.isAbandoned = true
            return Array(state.machine.outstanding.keys)
        }
        returnPlaces()
        if !chunks.isEmpty { core.withdraw(chunks) }
        endCall()
    }

    /// Changes the machine and wakes the consumer if there is enough for it now.
    func change(_ body: (inout State) -> Void) {
        let consumer = state.withLock { state in
            body(&state)
            guard state.machine.hasNext else { return nil as Latch<Void>? }
            news.store(true, ordering: .releasing)
            return state.machine.isWorthWaking ? state.consumer.take() : nil
        }
        consumer?.close(())
    }
}
