/// What waits in one lane, the more important first.
struct LaneLine {
    struct Entry {
        let id: UInt64
        /// A number that rises with the time of coming.
        let arrival: UInt64
    }

    private struct Level {
        let priority: UInt8
        var line = FIFO<Entry>()
    }

    let lane: ProcessPool.Lane
    /// What one chunk costs this lane: the less, the more of them it gets.
    let stride: UInt64
    /// What the lane has used of the workers' time; the least is next.
    var pass: UInt64 = 0
    /// The most important first.
    private var levels: [Level] = []
    private var count = 0
    /// How many have been taken since the longest waiting one was.
    private var turns = 0

    init(lane: ProcessPool.Lane, weight: Int) {
        self.lane = lane
        stride = UInt64(1 << 20) / UInt64(min(max(weight, 1), 1 << 20))
    }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ entry: Entry, priority: UInt8) {
        levels[level(of: priority)].line.append(entry)
        count += 1
    }

    mutating func prepend(_ entry: Entry, priority: UInt8) {
        levels[level(of: priority)].line.prepend(entry)
        count += 1
    }

    /// The chunk that is next.
    var first: UInt64? { choose().flatMap { levels[$0].line.first?.id } }

    /// Takes the chunk that is next; one that is not paid for does not count as a turn.
    mutating func popFirst(isPaid: Bool) {
        guard let level = choose() else { return }
        _ = levels[level].line.popFirst()
        count -= 1
        if levels[level].line.isEmpty { levels.remove(at: level) }
        if isPaid { turns = turns >= LaneQueue.patience - 1 ? 0 : turns + 1 }
    }

    /// The level whose turn it is; none of them is empty.
    private func choose() -> Int? {
        guard levels.count > 1, turns == LaneQueue.patience - 1 else { return levels.indices.first }
        return levels.indices.min { arrival(of: $0) < arrival(of: $1) }
    }

    private func arrival(of level: Int) -> UInt64 { levels[level].line.first?.arrival ?? .max }

    private mutating func level(of priority: UInt8) -> Int {
        let place = levels.firstIndex { $0.priority <= priority } ?? levels.count
        if place == levels.count || levels[place].priority != priority {
            levels.insert(Level(priority: priority), at: place)
        }
        return place
    }
}
