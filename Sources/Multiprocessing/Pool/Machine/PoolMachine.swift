/// The decisions of a pool: which chunk goes to which worker, what happens when one dies, when it is over.
///
/// Pure: no processes, clocks or locks. Each method is an event; what has to be done about it is appended to
/// `actions`. A *seat* is a worker's place, which outlives the worker; a *chunk* is one unit of dispatch.
struct PoolMachine {
    typealias ChunkID = UInt64

    enum Action: Equatable {
        /// Start a worker for the seat.
        case start(seat: Int)
        /// Give the chunk to the seat's worker, in this slot.
        case post(ChunkID, seat: Int, slot: Int)
        /// Try to take the chunk back from the seat's worker; if that works, tell `revoked`.
        case revoke(ChunkID, seat: Int, slot: Int)
        /// Ask the seat's worker to leave when it has nothing more to do.
        case dismiss(seat: Int)
        /// End the seat's worker at once.
        case kill(seat: Int)
        /// The chunk will never run.
        case drop(ChunkID)
        /// No worker is left and none will come.
        case finish
    }

    enum Phase: Equatable {
        case open
        case draining
        case ending
        case finished
    }

    struct Seat {
        var isOccupied = false
        var isLeaving = false
        /// Chunks in the worker's hands by slot, and their slots in the order of posting.
        var chunks: [Int: ChunkID] = [:]
        var order: [Int] = []
        var bytes = 0
        var freeSlots: [Int]
    }

    private struct Chunk {
        let bytes: Int
        /// The worker's slot that holds it; nil while it waits.
        var place: (seat: Int, slot: Int)?
    }

    /// Chunks that one worker holds at most: one that runs and some that save it the wait for the next.
    static let depth = 16
    /// Beyond two chunks a worker holds no more than these bytes.
    static let byteBudget = 128 << 10
    /// Workers that die one after another without having begun anything end the pool.
    static let fruitlessLimit = 5

    private(set) var phase = Phase.open
    private(set) var seats: [Seat]
    /// What waits, in order; chunks that were withdrawn stay here and are passed over.
    private var queue = FIFO<ChunkID>()
    private var chunks: [ChunkID: Chunk] = [:]
    /// Seats by the slots that are taken.
    private var loads: LoadTable
    /// Seats by the chunks they hold; slots whose chunk was taken back do not count.
    private var holdings: LoadTable
    private(set) var fruitlessDeaths = 0
    /// Calls that were accepted and have more chunks to submit.
    private var openCalls = 0

    init(seats count: Int, slots: Int) {
        seats = Array(repeating: Seat(freeSlots: Array((0..<slots).reversed())), count: count)
        loads = LoadTable(seats: count, maximum: slots)
        holdings = LoadTable(seats: count, maximum: slots)
    }

    /// The worker's slot that holds the chunk; nil while it waits, and when there is no such chunk.
    func place(of id: ChunkID) -> (seat: Int, slot: Int)? { chunks[id]?.place }

    /// Whether nothing waits, nothing runs, and nothing more comes from calls that were accepted.
    var isIdle: Bool { chunks.isEmpty && openCalls == 0 }

    // MARK: Work

    /// A call begins that submits its chunks one after the other; the pool does not end before `callEnded`.
    mutating func callBegan() { openCalls += 1 }

    /// A call has submitted its last chunk.
    mutating func callEnded(_ actions: inout [Action]) {
        openCalls -= 1
        checkEnd(&actions)
    }

    mutating func submit(_ id: ChunkID, bytes: Int, _ actions: inout [Action]) {
        chunks[id] = Chunk(bytes: bytes)
        queue.append(id)
        dispatch(&actions)
    }

    /// Puts back what was in a dead worker's hands and must run elsewhere, before everything that waits.
    mutating func resubmit(_ ids: [(id: ChunkID, bytes: Int)], _ actions: inout [Action]) {
        for (id, bytes) in ids.reversed() {
            chunks[id] = Chunk(bytes: bytes)
            queue.prepend(id)
        }
        dispatch(&actions)
    }

    /// The worker is through with a slot: the chunk in it is done, or it found it taken back.
    mutating func slotFreed(seat: Int, slot: Int, _ actions: inout [Action]) {
        guard release(slot, of: seat) else { return }
        fruitlessDeaths = 0
        recount(seat)
        dispatch(&actions)
        feed(seat, &actions)
        checkEnd(&actions)
    }

    /// The chunk was taken back from a worker; its slot stays taken until the worker has seen that.
    mutating func revoked(seat: Int, slot: Int, requeue: Bool, _ actions: inout [Action]) {
        guard let id = seats[seat].chunks.removeValue(forKey: slot) else { return }
        seats[seat].bytes -= chunks[id]?.bytes ?? 0
        recount(seat)
        if requeue {
            chunks[id]?.place = nil
            queue.prepend(id)
            dispatch(&actions)
        } else {
            chunks[id] = nil
            actions.append(.drop(id))
            checkEnd(&actions)
        }
    }

    /// Nobody wants the chunk any more: it is taken from the queue, or tried to be taken back.
    ///
    /// Returns where it is if a worker has it.
    mutating func withdraw(_ id: ChunkID, _ actions: inout [Action]) -> (seat: Int, slot: Int)? {
        guard let chunk = chunks[id] else { return nil }
        if let place = chunk.place { return place }
        chunks[id] = nil
        actions.append(.drop(id))
        checkEnd(&actions)
        return nil
    }

    // MARK: Workers

    /// Asks for a worker in every seat.
    mutating func begin(_ actions: inout [Action]) {
        for seat in seats.indices { actions.append(.start(seat: seat)) }
    }

    /// The seat's worker can be given work.
    mutating func occupied(seat: Int, _ actions: inout [Action]) {
        seats[seat].isOccupied = true
        switch phase {
        case .open, .draining:
            recount(seat)
            dispatch(&actions)
            feed(seat, &actions)
            checkEnd(&actions)
        case .ending, .finished:
            actions.append(.kill(seat: seat))
        }
    }

    /// The seat's worker is gone.
    ///
    /// Returns the chunks it held, in the order in which it would have run them.
    mutating func ended(seat: Int, begunAnything: Bool) -> [(slot: Int, id: ChunkID)] {
        let held = seats[seat].order.compactMap { slot in
            seats[seat].chunks[slot].map { (slot: slot, id: $0) }
        }
        for (_, id) in held { chunks[id] = nil }
        if !seats[seat].isLeaving, phase == .open || phase == .draining {
            fruitlessDeaths = begunAnything ? 0 : fruitlessDeaths + 1
        }
        let slots = seats[seat].freeSlots.count + seats[seat].order.count
        seats[seat] = Seat(freeSlots: Array((0..<slots).reversed()))
        recount(seat)
        return held
    }

    /// What follows a worker's end, once its chunks have been seen to: a new worker, or the end of the pool.
    mutating func replace(seat: Int, _ actions: inout [Action]) {
        switch phase {
        case .open:
            actions.append(.start(seat: seat))
        case .draining where !isIdle:
            actions.append(.start(seat: seat))
        case .draining, .ending:
            checkEnd(&actions)
        case .finished:
            break
        }
    }

    // MARK: Ends

    /// No more work is taken; what was accepted is done first.
    mutating func close(_ actions: inout [Action]) {
        guard phase == .open else { return }
        phase = .draining
        checkEnd(&actions)
    }

    /// Everything that waits or runs is given up, and all workers with it, those that are leaving among them.
    mutating func terminate(_ actions: inout [Action]) {
        guard phase != .finished else { return }
        phase = .ending
        for id in chunks.keys.sorted() { actions.append(.drop(id)) }
        chunks = [:]
        _ = queue.removeAll()
        for seat in seats.indices {
            seats[seat].chunks = [:]
            if seats[seat].isOccupied { actions.append(.kill(seat: seat)) }
        }
        checkEnd(&actions)
    }

    // MARK: Inside

    private mutating func dispatch(_ actions: inout [Action]) {
        while let next = queue.first {
            guard let bytes = chunks[next]?.bytes else {
                _ = queue.popFirst()
                continue
            }
            guard let seat = loads.least(below: Self.depth) else { return }
            let load = seats[seat].order.count
            guard load < 2 || seats[seat].bytes + bytes <= Self.byteBudget,
                let slot = seats[seat].freeSlots.popLast()
            else { return }
            _ = queue.popFirst()
            chunks[next]?.place = (seat, slot)
            seats[seat].chunks[slot] = next
            seats[seat].order.append(slot)
            seats[seat].bytes += bytes
            recount(seat)
            actions.append(.post(next, seat: seat, slot: slot))
        }
    }

    /// Takes the slot and what is in it from the seat; false if it was free.
    private mutating func release(_ slot: Int, of seat: Int) -> Bool {
        guard let place = seats[seat].order.firstIndex(of: slot) else { return false }
        seats[seat].order.remove(at: place)
        seats[seat].freeSlots.append(slot)
        if let id = seats[seat].chunks.removeValue(forKey: slot) {
            seats[seat].bytes -= chunks.removeValue(forKey: id)?.bytes ?? 0
        }
        if seats[seat].order.isEmpty { seats[seat].bytes = 0 }
        return true
    }

    /// A worker without work takes over what waits behind another's running chunk.
    private mutating func feed(_ seat: Int, _ actions: inout [Action]) {
        guard queue.isEmpty, loads.load(of: seat) == 0, let rich = holdings.most(atLeast: 2) else { return }
        for slot in seats[rich].order.reversed() {
            // What was taken back keeps its slot until the worker has come to it.
            guard let id = seats[rich].chunks[slot] else { continue }
            return actions.append(.revoke(id, seat: rich, slot: slot))
        }
    }

    /// Enters into the tables what the seat has in hand.
    private mutating func recount(_ seat: Int) {
        let takesWork = seats[seat].isOccupied && !seats[seat].isLeaving
        let load = takesWork ? seats[seat].order.count : nil
        // The place in its row says who was changed last, so an unchanged load stays where it is.
        if loads.load(of: seat) != load { loads.set(seat, to: load) }
        holdings.set(seat, to: takesWork ? seats[seat].chunks.count : nil)
    }

    private mutating func checkEnd(_ actions: inout [Action]) {
        switch phase {
        case .draining where isIdle:
            phase = .ending
            for seat in seats.indices where seats[seat].isOccupied {
                seats[seat].isLeaving = true
                recount(seat)
                actions.append(.dismiss(seat: seat))
            }
            checkEnd(&actions)
        case .ending where seats.allSatisfy({ !$0.isOccupied }):
            phase = .finished
            actions.append(.finish)
        default:
            break
        }
    }
}
