extension ProcessPool {
    /// Begins to read what happens in the pool from now on.
    ///
    /// ```swift
    /// for await event in pool.events { logger.info("\(event)") }
    /// ```
    ///
    /// Each call makes a sequence of its own, and each gets all events. Without any, events cost nothing.
    public nonisolated var events: Events { Events(EventSubscription(core.hub)) }

    /// What happens in a pool, as it happens.
    ///
    /// It ends with the pool, behind the event `ended`, and when the iterating task is cancelled; it does not keep the
    /// pool alive. Up to 1,024 events wait to be taken; of more, the oldest are left out, and `missed` stands in
    /// their place. Two events of the same moment may come in either order. Iterating in several tasks gives each
    /// event to one of them.
    public struct Events: AsyncSequence, Sendable {
        /// An event.
        public typealias Element = Event
        /// Nothing is thrown.
        public typealias Failure = Never

        private let subscription: EventSubscription

        init(_ subscription: EventSubscription) {
            self.subscription = subscription
        }

        /// Begins or continues the iteration.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }

        /// Takes the events one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let subscription: EventSubscription

            /// Waits for the next event; nil at the end, and when the task is cancelled.
            public mutating func next() async -> Event? { await subscription.queue.next() }

            /// Waits for the next event, isolated to the caller's actor; nil at the end.
            ///
            /// - Parameter actor: the actor that the caller runs on.
            /// - Returns: the event; nil at the end, and when the task is cancelled.
            public mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
                await subscription.queue.next()
            }
        }
    }
}

@available(*, unavailable)
extension ProcessPool.Events.AsyncIterator: Sendable {}
