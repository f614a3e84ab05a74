/// The tasks that took longest, a fixed number of them.
struct SlowestTasks {
    static let limit = 10

    /// The slowest first.
    private(set) var all: [ProcessPool.SlowTask] = []
    /// What is not slower than this does not get in.
    private var threshold: UInt64 = 0

    /// Enters a task, if it is slow enough; `make` is called only then.
    mutating func enter(nanoseconds: UInt64, _ make: () -> ProcessPool.SlowTask) {
        guard nanoseconds > threshold else { return }
        let task = make()
        let place = all.firstIndex { $0.duration < task.duration } ?? all.count
        all.insert(task, at: place)
        guard all.count >= Self.limit else { return }
        if all.count > Self.limit { all.removeLast() }
        threshold = UInt64(max(0, all[Self.limit - 1].duration / .nanoseconds(1)))
    }
}

extension ProcessPool {
    /// A task that took long.
    public struct SlowTask: Sendable, Hashable {
        /// The call that it belongs to, such as "map".
        public let name: String
        /// The index of its input, or of the first one of a chunk.
        public let item: Int
        /// How many inputs the chunk had; 1 for a task of its own.
        public let items: Int
        /// How long it ran in its worker; a chunk as a whole.
        public let duration: Duration
    }
}
