extension ProcessLogger {
    /// Begins to collect: the records of this process, and of the children that it starts from now on.
    ///
    /// ```swift
    /// for await record in ProcessLogger.records() { print(record.process, record.message) }
    /// ```
    ///
    /// Their children are among them. Each call makes a sequence of its own, and each gets all records. The
    /// records of a child that has been joined are in the sequence when `join()` returns. Collecting ends when the
    /// sequence and its iterators are dropped.
    ///
    /// In a child whose parent collects, the parent's sequence has the records of the whole family; one that is
    /// begun in the child has the child's own only. It answers to a `QueueHandler` and its listener.
    ///
    /// - Returns: the sequence, which holds records from now on, also before it is iterated.
    public static func records() -> Records { Records() }

    /// Log records, as they come.
    ///
    /// It does not end by itself; cancelling the iterating task, or ``finish()``, ends it. Up to 8,192 records wait
    /// to be taken; of more, the oldest are left out, and a record of level warning stands in their place and
    /// says how many there were. Iterating in several tasks gives each record to one of them.
    public struct Records: AsyncSequence, Sendable {
        /// A record.
        public typealias Element = Record
        /// Nothing is thrown.
        public typealias Failure = Never

        private let subscription = LogSubscription()

        fileprivate init() {}

        /// Ends the sequence behind the records that it holds now.
        public func finish() { subscription.queue.finish() }

        /// Begins or continues the iteration.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }

        /// Takes the records one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let subscription: LogSubscription

            /// Waits for the next record; nil at the end, and when the task is cancelled.
            public mutating func next() async -> Record? { await subscription.queue.next() }

            /// Waits for the next record, isolated to the caller's actor; nil at the end.
            ///
            /// - Parameter actor: the actor that the caller runs on.
            /// - Returns: the record; nil at the end, and when the task is cancelled.
            public mutating func next(isolation actor: isolated (any Actor)?) async -> Record? {
                await subscription.queue.next()
            }
        }
    }
}

@available(*, unavailable)
extension ProcessLogger.Records.AsyncIterator: Sendable {}
