/// The events that wait for one reader.
typealias EventQueue = SubscriberQueue<ProcessPool.Event>

extension EventQueue {
    /// Enough for a burst; more than that means that nobody keeps up.
    static var limit: Int { 1024 }

    convenience init() {
        self.init(limit: Self.limit) { .missed(count: $0) }
    }
}
