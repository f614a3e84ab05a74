/// The connections that a listener accepts, one after another.
///
/// ```swift
/// for try await connection in listener.connections { … }
/// ```
///
/// The sequence ends when the listener is closed. Each connection comes to one iterator only. Cancelling the task that
/// waits throws `CancellationError` and loses no connection.
public struct ListenerConnections: AsyncSequence, Sendable {
    /// The connections, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let listener: Listener

        /// The next connection; nil when the listener was closed.
        ///
        /// - Returns: the connection.
        /// - Throws: as ``Listener/accept(timeout:)``, except for the end.
        public mutating func next() async throws -> Connection? {
            do {
                return try await listener.accept()
            } catch let error as MultiprocessingError where error.code == .closed {
                return nil
            }
        }
    }

    let listener: Listener

    /// An iterator over the connections that nobody has taken yet.
    ///
    /// - Returns: the iterator.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(listener: listener)
    }
}

extension Listener {
    /// The connections that are accepted, until the listener is closed.
    public var connections: ListenerConnections { ListenerConnections(listener: self) }
}
