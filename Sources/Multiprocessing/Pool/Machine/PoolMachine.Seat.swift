extension PoolMachine {
    /// A worker's place, which outlives the worker.
    struct Seat {
        /// What the seat's worker is there for.
        enum Stage {
            /// Nobody is here.
            case empty
            /// A worker was ordered.
            case starting
            /// The worker waits until another one has left.
            case standby
            /// The worker takes work.
            case working
            /// The worker finishes what it holds, and then leaves.
            case retiring
            /// The worker is being ended because of what it runs, and gets nothing more.
            case condemned
            /// The worker was asked to leave.
            case leaving

            /// Whether the worker has its working life before it, or is in it.
            var isFresh: Bool { self == .starting || self == .standby || self == .working }
            /// Whether the worker counts among those that may run something.
            var isOnDuty: Bool { self == .working || self == .retiring || self == .condemned }
        }

        var stage = Stage.empty
        /// The worker has said that it has begun, and its initializer is through.
        var isReady = false
        /// The worker works on until another one can take its place.
        var isDue = false
        /// Nothing was posted since the last look for idle workers.
        var isQuiet = false
        /// Chunks that the worker was given in its life.
        var posted = 0
        /// Tells one worker of the seat from the next.
        var tenure = 0
        /// Chunks in the worker's hands by slot, and their slots in the order of posting.
        var chunks: SlotChunks
        var order: [Int] = []
        var bytes = 0
        var freeSlots: [Int]
        /// How many of the chunks no other worker may run.
        var bound = 0
        /// What waits for this worker and no other.
        var own: LaneQueue
        /// The chunk that was posted last is one that no other worker may run.
        var hasPostedOwn = false

        init(slots: Int, weights: [ProcessPool.Lane: Int] = [:]) {
            chunks = SlotChunks(slots: slots)
            freeSlots = Array((0..<slots).reversed())
            own = LaneQueue(weights: weights)
        }

        var isOccupied: Bool { stage != .empty && stage != .starting }
        var isLeaving: Bool { stage == .leaving }
        /// Whether the worker has nothing to do and nothing to come.
        var isIdle: Bool { order.isEmpty && own.isEmpty }
    }

    /// Changes what the seat's worker is there for.
    mutating func move(_ seat: Int, to stage: Seat.Stage) {
        let old = seats[seat].stage
        freshCount += (stage.isFresh ? 1 : 0) - (old.isFresh ? 1 : 0)
        onDutyCount += (stage.isOnDuty ? 1 : 0) - (old.isOnDuty ? 1 : 0)
        takenCount += (stage == .empty ? 0 : 1) - (old == .empty ? 0 : 1)
        startingCount += (stage == .starting ? 1 : 0) - (old == .starting ? 1 : 0)
        seats[seat].stage = stage
        recount(seat)
    }

    /// What others could run of that which a seat's worker holds; the first chunk of all may be running.
    func movable(_ seat: Int) -> [(chunk: ChunkID, slot: Int)] {
        chunks(of: seat).dropFirst().filter { chunks[$0.chunk]?.key == nil }
    }

    /// Enters into the tables what the seat has in hand.
    mutating func recount(_ seat: Int) {
        let takesWork = seats[seat].stage == .working
        let load = takesWork ? seats[seat].order.count : nil
        // The place in its row says who was changed last, so an unchanged load stays where it is.
        if loads.load(of: seat) != load { loads.set(seat, to: load) }
        guard seats[seat].stage.isOnDuty else { return holdings.set(seat, to: nil) }
        holdings.set(seat, to: seats[seat].bound == 0 ? seats[seat].chunks.count : 1 + movable(seat).count)
    }
}
