/// The messages that come over a connection, one after another.
///
/// ```swift
/// for try await order in connection.messages(of: Order.self) { … }
/// ```
///
/// The sequence ends when the other end was closed between two messages. A message that is no such value is an
/// error, after which an iterator goes on with the next one. Each message comes to one iterator only. Cancelling
/// the task that waits throws `CancellationError` and loses no message.
public struct ConnectionMessages<Message: Codable & Sendable>: AsyncSequence, Sendable {
    /// The messages, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let connection: Connection

        /// The next message; nil when the other end was closed.
        ///
        /// - Returns: the value.
        /// - Throws: as ``Connection/receive(_:timeout:)``, except for the end.
        public mutating func next() async throws -> Message? {
            do {
                return try await connection.receive(Message.self)
            } catch let error as MultiprocessingError where error.code == .connectionClosed {
                return nil
            }
        }
    }

    let connection: Connection

    /// An iterator over the messages that nobody has taken yet.
    ///
    /// - Returns: the iterator.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(connection: connection)
    }
}

extension Connection {
    /// The messages that come, until the other end is closed.
    ///
    /// - Parameter type: what each of them is.
    /// - Returns: a sequence of the values.
    public func messages<Message: Codable & Sendable>(
        of type: Message.Type = Message.self
    ) -> ConnectionMessages<Message> {
        ConnectionMessages(connection: self)
    }
}
