import MultiprocessingCore

extension SharedQueue: AsyncSequence {
    /// Iteration can throw; see ``SharedQueue/get(timeout:)``.
    public typealias Failure = any Error

    /// Takes the values of a queue, one after the other, until it is finished and empty.
    ///
    /// Several iterators, in any processes, share the values. Of a queue that delivers values again, a value is
    /// acknowledged when the next one is asked for, so one that was being worked on when its process was killed goes
    /// to another reader.
    public struct Iterator: AsyncIteratorProtocol {
        private let queue: SharedQueue
        private var last: Delivery?

        init(_ queue: SharedQueue) {
            self.queue = queue
        }

        /// The next value; nil when the queue was finished and is empty.
        public mutating func next() async throws -> Element? {
            try await next(isolation: nil)
        }

        /// The next value; nil when the queue was finished and is empty.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
            last?.acknowledge()
            last = nil
            guard try queue.core.storage().state.delivery == .acknowledged else {
                return try await queue.get()
            }
            let delivery = try await queue.take()
            last = delivery
            return delivery?.value
        }
    }

    /// Begins to take values.
    public nonisolated func makeAsyncIterator() -> Iterator { Iterator(self) }
}

extension SharedQueue {
    /// A value that was taken and is not done with: if its process ends before it is acknowledged, another reader gets
    /// it.
    public final class Delivery: Sendable {
        /// The value.
        public let value: Element
        private let message: TakenMessage
        private let storage: QueueStorage

        init(_ value: Element, _ message: TakenMessage, _ storage: QueueStorage) {
            self.value = value
            self.message = message
            self.storage = storage
        }

        /// Says that the value is done with; more than once is the same as once.
        public func acknowledge() {
            storage.settle(message)
        }

        /// Gives the value back, to be delivered again in its old place.
        public func reject() {
            storage.state.putBack(message.taken)
            storage.changed()
        }
    }

    /// Takes the first value out, to be acknowledged when it is done with.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: the value; nil when the queue was finished and no value is in it or in anyone's hands.
    /// - Throws: the same as ``get(timeout:)``, which acknowledges at once; and a ``MultiprocessingError`` for a queue
    ///   that does not deliver values again.
    public nonisolated(nonsending) func take(timeout: Duration? = nil) async throws -> Delivery? {
        let storage = try core.storage()
        guard storage.state.delivery == .acknowledged else {
            throw MultiprocessingError(
                .invalidArgument, "only a queue made with redelivers: true waits for acknowledgements")
        }
        do {
            let message = try await storage.take(timeout: timeout)
            do {
                return Delivery(try message.decode(Element.self), message, storage)
            } catch {
                storage.settle(message)
                throw error
            }
        } catch let error as MultiprocessingError where error.code == .queueFinished {
            return nil
        }
    }
}
