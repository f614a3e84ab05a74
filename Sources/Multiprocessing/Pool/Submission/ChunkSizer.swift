/// Chooses how many items travel together when nobody has said it, from how long those took that are done.
///
/// Pure: it is told what chunks took. It begins with small chunks, grows them until one takes about two
/// milliseconds, and shrinks them towards the end, so that all workers end at about the same time.
struct ChunkSizer {
    /// Nanoseconds that a chunk should take: long enough for what the dispatch costs not to count.
    static let usual = 2_000_000.0
    /// Nanoseconds below which a chunk is not cut for the sake of the end.
    static let least = 50_000.0
    /// How many times larger the next chunk may be than any that is done.
    static let growth = 16

    private let workers: Int
    /// Items that a chunk may have at most, because of their bytes.
    private let most: Int
    /// Nanoseconds of one item; nil before the first chunk is done.
    private var pace: Double?
    private var largest = 0

    init(workers: Int, most: Int) {
        self.workers = workers
        self.most = max(1, most)
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
        let wanted = Self.items(in: Self.usual, pace)
        // Half of what each worker would have to do, so that the last chunks are small.
        let share = max(left / (2 * workers), Self.items(in: Self.least, pace))
        return max(1, min(wanted, share, most, left, largest * Self.growth))
    }

    private static func items(in nanoseconds: Double, _ pace: Double) -> Int {
        max(1, Int(min(nanoseconds / pace, 1e9)))
    }
}
