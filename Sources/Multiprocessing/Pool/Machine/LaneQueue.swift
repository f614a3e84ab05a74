/// What waits for a worker: lanes share the workers by weight, and in each lane the more important goes first.
///
/// Pure. As long as everything that waits is of one rank, it is a plain line and costs as much. What was withdrawn
/// stays inside and is passed over by the owner, who takes it without paying.
struct LaneQueue {
    typealias ChunkID = UInt64

    /// Where in the queue a chunk belongs.
    struct Rank: Hashable, Sendable {
        var lane = ProcessPool.Lane.standard
        /// The raw value of a task's priority.
        var priority = TaskPriority.medium.rawValue

        static let usual = Rank()
    }

    /// After so many of a lane, its longest waiting one goes first: nobody waits for ever.
    static let patience = 8

    /// The rank of all that waits, while that is the same.
    private(set) var uniformRank = Rank.usual
    /// Whether there are, or were just now, several ranks.
    private(set) var isSelective = false
    private let weights: [ProcessPool.Lane: Int]
    private var plain = FIFO<ChunkID>()
    private var lines: [LaneLine] = []
    private var places: [ProcessPool.Lane: Int] = [:]
    private var count = 0
    /// The moment of virtual time: no lane that comes may claim what it did not use before.
    private var now: UInt64 = 0
    private var arrivals: UInt64 = 0
    /// The line that is next; nil after something changed.
    private var next: Int?

    init(weights: [ProcessPool.Lane: Int] = [:]) {
        self.weights = weights
    }

    var isEmpty: Bool { isSelective ? count == 0 : plain.isEmpty }

    /// How many are inside, those that were withdrawn among them.
    var size: Int { isSelective ? count : plain.count }

    /// Nothing waits: from here on this rank is the only one.
    mutating func reset(to rank: Rank) {
        uniformRank = rank
        isSelective = false
        (lines, places, count, next) = ([], [:], 0, nil)
        if !plain.isEmpty { _ = plain.removeAll() }
    }

    /// From here on there are several ranks.
    mutating func beginSelecting() {
        guard !isSelective else { return }
        isSelective = true
        while let id = plain.popFirst() { append(id, uniformRank) }
    }

    /// Puts a chunk in line; the rank is the only one unless the queue is selecting.
    mutating func append(_ id: ChunkID, _ rank: Rank) {
        guard isSelective else { return plain.append(id) }
        arrivals += 1
        let place = place(of: rank.lane)
        if lines[place].isEmpty { lines[place].pass = max(lines[place].pass, now) }
        lines[place].append(.init(id: id, arrival: arrivals), priority: rank.priority)
        count += 1
        next = nil
    }

    /// Puts a chunk in line, of whatever rank.
    mutating func add(_ id: ChunkID, _ rank: Rank) {
        if isEmpty { reset(to: rank) } else if rank != uniformRank { beginSelecting() }
        append(id, rank)
    }

    /// Puts a chunk of any rank back that was taken without paying, before all of its rank.
    mutating func putBack(_ id: ChunkID, _ rank: Rank) {
        if rank != uniformRank { beginSelecting() }
        prepend(id, rank, isPaidBack: false)
    }

    /// Puts a chunk back that was taken, before all of its rank; its lane is paid back unless it has used its turn.
    mutating func prepend(_ id: ChunkID, _ rank: Rank, isPaidBack: Bool = true) {
        guard isSelective else { return plain.prepend(id) }
        let place = place(of: rank.lane)
        lines[place].prepend(.init(id: id, arrival: 0), priority: rank.priority)
        if isPaidBack { lines[place].pass -= min(lines[place].pass, lines[place].stride) }
        count += 1
        next = nil
    }

    /// The chunk that is next.
    var first: ChunkID? {
        mutating get {
            guard isSelective else { return plain.first }
            if next == nil { next = choose() }
            return next.flatMap { lines[$0].first }
        }
    }

    /// Takes the chunk that is next.
    ///
    /// - Parameter isPaid: whether it is counted against its lane's share; false for one that was withdrawn.
    mutating func popFirst(isPaid: Bool = true) {
        guard isSelective else {
            _ = plain.popFirst()
            return
        }
        guard let place = next ?? choose() else { return }
        lines[place].popFirst(isPaid: isPaid)
        count -= 1
        next = nil
        guard isPaid else { return }
        now = lines[place].pass
        lines[place].pass += lines[place].stride
    }

    mutating func removeAll() {
        reset(to: uniformRank)
    }

    // MARK: Inside

    /// The line of the lane that is owed the most.
    private func choose() -> Int? {
        var best: Int?
        for place in lines.indices where !lines[place].isEmpty {
            if let known = best, lines[known].pass <= lines[place].pass { continue }
            best = place
        }
        return best
    }

    private mutating func place(of lane: ProcessPool.Lane) -> Int {
        if let place = places[lane] { return place }
        if lines.count >= 64 { forgetIdleLanes() }
        lines.append(LaneLine(lane: lane, weight: weights[lane] ?? 1))
        places[lane] = lines.count - 1
        return lines.count - 1
    }

    /// Lanes in which nothing waits, and that owe nothing, are as good as new ones.
    private mutating func forgetIdleLanes() {
        lines.removeAll { $0.isEmpty && $0.pass <= now }
        places = Dictionary(uniqueKeysWithValues: lines.indices.map { (lines[$0].lane, $0) })
    }
}
