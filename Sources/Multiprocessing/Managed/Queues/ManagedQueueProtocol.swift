/// What the queues of managers have in common; for code that takes either of them.
///
/// ```swift
/// func fill(_ queue: some ManagedQueueProtocol<Int>) async throws {
///     for number in 0..<100 { try await queue.put(number) }
/// }
/// ```
public protocol ManagedQueueProtocol<Element>: AsyncSequence, Sendable
where Element: Sendable, Failure == any Error {
    /// Puts a value in, waiting while the queue is full; see ``ManagedQueue/put(_:timeout:)``.
    nonisolated(nonsending) func put(_ value: Element, timeout: Duration?) async throws

    /// Takes the first value out, waiting while there is none; see ``ManagedQueue/get(timeout:)``.
    nonisolated(nonsending) func get(timeout: Duration?) async throws -> Element?

    /// How many values wait at the moment; Python's `qsize()`.
    var count: Int { get async throws }
    /// Whether no value can be put in at the moment; Python's `full()`.
    var isFull: Bool { get async throws }
}

extension ManagedQueueProtocol {
    /// Puts a value in, however long the queue is full.
    ///
    /// - Parameter value: what is put.
    /// - Throws: as ``ManagedQueue/put(_:timeout:)``.
    public nonisolated(nonsending) func put(_ value: Element) async throws {
        try await put(value, timeout: nil)
    }

    /// Puts a value in if there is space; Python's `put_nowait()`.
    ///
    /// - Parameter value: what is put.
    /// - Returns: false when the queue is full.
    /// - Throws: as ``ManagedQueue/put(_:timeout:)`` otherwise.
    public nonisolated(nonsending) func tryPut(_ value: Element) async throws -> Bool {
        do {
            try await put(value, timeout: .zero)
            return true
        } catch let error as MultiprocessingError where error.code == .queueFull {
            return false
        }
    }

    /// Takes the first value out, however long there is none.
    ///
    /// - Returns: the value; nil when the queue was finished and is empty.
    /// - Throws: as ``ManagedQueue/get(timeout:)``.
    public nonisolated(nonsending) func get() async throws -> Element? {
        try await get(timeout: nil)
    }

    /// Takes the first value out if there is one; Python's `get_nowait()`.
    ///
    /// - Returns: nil when there is none now, or the queue was finished and is empty.
    /// - Throws: as ``ManagedQueue/get(timeout:)`` otherwise.
    public nonisolated(nonsending) func tryGet() async throws -> Element? {
        do {
            return try await get(timeout: .zero)
        } catch let error as MultiprocessingError where error.code == .queueEmpty {
            return nil
        }
    }

    /// Whether no value waits at the moment; Python's `empty()`.
    public nonisolated var isEmpty: Bool { get async throws { try await count == 0 } }

    /// Begins to take values.
    public nonisolated func makeAsyncIterator() -> ManagedQueueIterator<Self> {
        ManagedQueueIterator(queue: self)
    }
}

/// Takes the values of a queue, one after the other, until it is finished and empty.
public struct ManagedQueueIterator<Queue: ManagedQueueProtocol>: AsyncIteratorProtocol {
    let queue: Queue

    /// The next value; nil when the queue was finished and is empty.
    public mutating func next() async throws -> Queue.Element? { try await queue.get() }

    /// The next value; nil when the queue was finished and is empty.
    public mutating func next(isolation: isolated (any Actor)?) async throws -> Queue.Element? {
        try await queue.get()
    }
}
