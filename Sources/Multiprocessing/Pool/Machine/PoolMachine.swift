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
        /// If there is an idle worker by then, try to take back what the seat's worker has not begun of the chunk.
        ///
        /// Tell `revoked`, `divided` or `cannotDivide`.
        case divide(ChunkID, seat: Int, slot: Int)
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

    struct Chunk {
        let bytes: Int
        /// Chunks with the same go to the same worker; nil goes anywhere.
        var key: Int?
        let rank: LaneQueue.Rank
        /// Whether others could run a part of it while it runs.
        var isDivisible = false
        /// The worker's slot that holds it; nil while it waits.
        var place: (seat: Int, slot: Int)?
    }

    /// Chunks that one worker holds at most: one that runs and some that save it the wait for the next.
    static let depth = 16
    /// Beyond two chunks a worker holds no more than these bytes.
    static let byteBudget = 128 << 10
    /// Workers that die one after another without having begun anything end the pool.
    static let fruitlessLimit = 5

    let slots: Int
    let weights: [ProcessPool.Lane: Int]
    /// So many seats there can be.
    let seatLimit: Int
    /// A worker leaves after so many chunks.
    let taskLimit: Int?
    /// Workers that there should be at most.
    var target: Int
    /// Workers that there are also when there is nothing to do.
    var minimum: Int
    /// Whether all workers that there may be are wanted, until they are prepared.
    var isWarmingUp = false
    var phase = Phase.open
    var seats: [Seat]
    /// What waits, in order; chunks that were withdrawn stay here and are passed over.
    var queue: LaneQueue
    var chunks = [UInt64: Chunk]()
    /// Seats by the slots that are taken.
    var loads: LoadTable
    /// Seats by the chunks they hold that others could run; slots whose chunk was taken back do not count.
    var holdings: LoadTable
    var homes = KeyTable()
    var fruitlessDeaths = 0
    // How many seats are in such a stage.
    var freshCount = 0
    var onDutyCount = 0
    var takenCount = 0
    var startingCount = 0
    /// A worker has reached its limit while something was posted; who leaves and who comes is seen to after that.
    var needsArranging = false
    /// No worker is ordered for now: the system had no room for one, and others are there.
    var startsArePaused = false
    /// What dead workers held, until it is submitted again.
    var orphans: [ChunkID: Chunk] = [:]
    /// Calls that were accepted and have more chunks to submit.
    var openCalls = 0

    /// A pool of `count` workers, or of as many as there is work for and at least `minimum`.
    init(
        seats count: Int, slots: Int, minimum: Int? = nil, taskLimit: Int? = nil, seatLimit: Int = 1024,
        weights: [ProcessPool.Lane: Int] = [:]
    ) {
        self.slots = slots
        self.seatLimit = seatLimit
        self.taskLimit = taskLimit
        self.weights = weights
        queue = LaneQueue(weights: weights)
        target = count
        self.minimum = min(minimum ?? count, count)
        seats = Array(repeating: Seat(slots: slots, weights: weights), count: count)
        loads = LoadTable(seats: count, maximum: slots)
        holdings = LoadTable(seats: count, maximum: slots)
    }

    /// The worker's slot that holds the chunk; nil while it waits, and when there is no such chunk.
    func place(of id: ChunkID) -> (seat: Int, slot: Int)? { chunks[id]?.place }

    /// What a seat's worker holds.
    func chunks(of seat: Int) -> [(chunk: ChunkID, slot: Int)] {
        seats[seat].order.compactMap { slot in seats[seat].chunks[slot].map { ($0, slot) } }
    }

    /// Whether nothing waits, nothing runs, and nothing more comes from calls that were accepted.
    var isIdle: Bool { chunks.isEmpty && openCalls == 0 }
}
