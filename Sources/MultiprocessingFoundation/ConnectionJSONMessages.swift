public import Foundation
public import Multiprocessing

/// The messages that come over a connection as JSON, one after another.
///
/// ```swift
/// for try await order in connection.messages(json: Order.self) { … }
/// ```
///
/// The sequence ends when the other end was closed between two messages. A message that is no such value is an
/// error, after which an iterator goes on with the next one. Each message comes to one iterator only. Cancelling
/// the task that waits throws `CancellationError` and loses no message.
public struct ConnectionJSONMessages<Message: Decodable & Sendable>: AsyncSequence, Sendable {
    /// The messages, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let connection: Connection
        let decoder: JSONDecoder

        /// The next message; nil when the other end was closed.
        ///
        /// - Returns: the value.
        /// - Throws: as `receive(json:)`, except for the end.
        public mutating func next() async throws -> Message? {
            do {
                return try await connection.receive(json: Message.self, decoder: decoder)
            } catch let error as MultiprocessingError where error.code == .connectionClosed {
                return nil
            }
        }
    }

    let connection: Connection
    let decoder: JSONDecoder

    /// An iterator over the messages that nobody has taken yet.
    ///
    /// - Returns: the iterator.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(connection: connection, decoder: decoder)
    }
}

extension Connection {
    /// The messages that come as JSON, until the other end is closed.
    ///
    /// - Parameters:
    ///   - type: what each of them is.
    ///   - decoder: how they are read.
    /// - Returns: a sequence of the values.
    public func messages<Message: Decodable & Sendable>(
        json type: Message.Type = Message.self, decoder: JSONDecoder = JSONDecoder()
    ) -> ConnectionJSONMessages<Message> {
        ConnectionJSONMessages(connection: self, decoder: decoder)
    }
}
