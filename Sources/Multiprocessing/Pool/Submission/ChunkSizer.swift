/// Chooses how many items travel together when nobody has said it, from how long those took that are done.
///
/// Pure: it is told what chunks took. It begins with small chunks, grows them until one takes about as long as it should,
/// and shrinks them towards the end, so that all workers end at about the same time.
struct ChunkSizer {
    /// Nanoseconds that a chunk should take: long enough for what the dispatch costs not to count.
    static let usual = 2_000_000.0
    /// The same where each result is waited for: no longer than it takes to wake somebody.
    static let brief = 20_000.0
    /// Nanoseconds below which a chunk is not cut for the sake of the end.
    static let least = 50_000.0
    /// How many times larger the next chunk may be than any that is done.
    static let growth = 16

    private let workers: Int
    private let wanted: Double
    /// Items that a chunk may have at most, because of their bytes.
    private let most: Int
    /// Nanoseconds of one item; nil before the first chunk is done.
    private var pace: Double?
    private var largest = 0

    init(workers: Int, most: Int, wanted: Double = Self.usual) {
        self.workers = workers
        self.wanted = wanted
        self.most = max(1, most)
    }

    /// For items whose results are waited for one by one: those that are tiny travel together all the same.
    static func forGroups(workers: Int) -> ChunkSizer {
        ChunkSizer(workers: workers, most: PoolMachine.depth / 2, wanted: brief)
    }

    /// A chunk is done.
    mutating func took(_ nanoseconds: UInt64, items: Int) {
        guard items > 0 else { return }
        // A time that no clock shows comes from a worker that lies, and must not get anywhere.
        let found = max(1, Double(min(nanoseconds, 1 << 62))) / Double(items)
        // Later chunks tell more than earlier ones, and larger ones more than smaller ones.
        let weight = items >= largest ? 0.7 : 0.3
        pace = pace.map { $0 + weight * (found - $0) } ?? found
        largest = max(largest, items)
    }

    /// How many of the items that are left go into the next chunk.
    func next(of left: Int) -> Int {
        guard let pace else { return min(1, left) }
        let wanted = Self.items(in: self.wanted, pace)
        // Half of what each worker would have to do, so that the last chunks are small.
        let share = max(left / (2 * workers), Self.items(in: Self.least, pace))
        return max(1, min(wanted, share, most, left, largest * Self.growth))
    }

    private static func items(in nanoseconds: Double, _ pace: Double) -> Int {
        max(1, Int(min(nanoseconds / pace, 1e9)))
    }
}
