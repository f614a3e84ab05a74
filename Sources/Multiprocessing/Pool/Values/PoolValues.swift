/// The values that one task of a pool sends while it runs.
///
/// ```swift
/// for try await percent in pool.stream(film, of: Int.self, { film, emit in
///     for part in 1...10 { film.encode(part: part); try await emit(part * 10) }
/// }) { print("\(percent) %") }
/// ```
///
/// The task is submitted when the iteration begins. The values come in the order in which they were sent; a task whose
/// values nobody takes waits once some have piled up. The sequence ends with the task, and throws the task's error
/// behind its values. Leaving the loop cancels the task. It can be iterated once.
public struct PoolValues<Value: Codable & Sendable>: AsyncSequence, Sendable {
    /// A value.
    public typealias Element = Value
    /// What the task threw, or what the pool reports about it.
    public typealias Failure = any Error

    private let cursor: Handover<ValueCursor<Value>>

    init(_ start: sending @escaping ValueCursor<Value>.Start) {
        cursor = Handover(ValueCursor(start))
    }

    /// Goes through the values, once.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let cursor: ValueCursor<Value>

        /// Waits for the next value; nil at the end.
        ///
        /// - Throws: the task's error; `CancellationError` when the iterating task is cancelled, which cancels the
        ///   task of the pool too.
        public mutating func next() async throws -> Value? {
            try await cursor.next(timeout: nil)
        }

        /// Waits for the next value, isolated to the caller's actor; nil at the end.
        ///
        /// - Parameter actor: the actor that the caller runs on.
        /// - Returns: the value; nil at the end.
        /// - Throws: the same as `next()`.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Value? {
            try await cursor.next(timeout: nil)
        }

        /// Waits for the next value for at most this long.
        ///
        /// - Parameter limit: zero or less only looks.
        /// - Returns: the value; nil at the end.
        /// - Throws: a ``MultiprocessingError`` with the code `timeout` when nothing came, which does not disturb
        ///   the task. Else the same as `next()`.
        public mutating func next(within limit: Duration) async throws -> Value? {
            try await cursor.next(timeout: limit)
        }
    }

    /// Begins the iteration; a second one throws at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            cursor: cursor.take()
                ?? ValueCursor { _ in
                    throw MultiprocessingError(
                        .streamConsumed, "the values of a task can be iterated once only")
                })
    }
}

@available(*, unavailable)
extension PoolValues.AsyncIterator: Sendable {}
