/// The records that wait for one consumer of `ProcessLogger.records()`.
typealias LogQueue = SubscriberQueue<ProcessLogger.Record>

extension LogQueue {
    /// Enough for a burst; more than that means that nobody keeps up.
    private static var limit: Int { 8192 }

    convenience init() {
        self.init(limit: Self.limit) { count in
            ProcessLogger.Record(
                .warning, "\(count) log records were left out here: they were not taken in time",
                fileID: #fileID, function: #function, line: #line)
        }
    }
}
