import MultiprocessingCore
import Synchronization

/// A queue that knows which of its values are done with; Python's `multiprocessing.JoinableQueue`.
///
/// ```swift
/// let tasks = try JoinableQueue<Int>()
/// // In the consumers:
/// for try await task in tasks {
///     work(task)
///     try tasks.taskDone()
/// }
/// // In the producer:
/// for number in 0..<10 { try await tasks.put(number) }
/// try await tasks.join()            // returns when all ten are done
/// ```
///
/// It travels to other processes like any value. Everything said of ``SharedQueue`` holds for it as well. When a
/// process is killed that has values in hand which are not done, ``join(timeout:)`` tells, and does not wait for them.
public final class JoinableQueue<Element: Codable & Sendable>: Sendable {
    let core: QueueHandle

    /// Makes an empty queue.
    ///
    /// - Parameter capacity: how many values wait in it at most; nil for no limit but memory.
    /// - Throws: a ``MultiprocessingError`` for a capacity below one, and when the system has no memory or descriptors
    ///   left.
    public init(capacity: Int? = nil) throws {
        core = QueueHandle(try .make(capacity: capacity, delivery: .counted))
    }

    private init(_ storage: QueueStorage) {
        core = QueueHandle(storage)
    }

    /// Puts a value in, which counts as not done from now on; see ``SharedQueue/put(_:timeout:)``.
    public nonisolated(nonsending) func put(_ value: Element, timeout: Duration? = nil) async throws {
        try await core.storage().put(core.encode(value), timeout: timeout)
    }

    /// Takes the first value out, which is then in this process's hands; see ``SharedQueue/get(timeout:)``.
    public nonisolated(nonsending) func get(timeout: Duration? = nil) async throws -> Element? {
        let storage = try core.storage()
        do {
            return try core.receive(Element.self, await storage.take(timeout: timeout))
        } catch let error as MultiprocessingError where error.code == .queueFinished {
            return nil
        }
    }

    /// Blocks the thread until the value is in; for code that is not asynchronous.
    public func putBlocking(_ value: Element, timeout: Duration? = nil) throws {
        try core.storage().putBlocking(core.encode(value), timeout: timeout)
    }

    /// Blocks the thread until there is a value and takes it; for code that is not asynchronous.
    public func getBlocking(timeout: Duration? = nil) throws -> Element? {
        do {
            return try core.receive(Element.self, core.storage().takeBlocking(timeout: timeout))
        } catch let error as MultiprocessingError where error.code == .queueFinished {
            return nil
        }
    }

    /// Says that a value is done with: the one that this process took first, or if it has none in hand, one that
    /// another process has; Python's `task_done()`.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `tooManyDone` when no value is in anyone's hands.
    public func taskDone() throws {
        let storage = try core.storage()
        defer { storage.changed() }
        while let taken = storage.inHand.withLock({ $0.popFirst() }) {
            if storage.state.settle(taken) { return }
        }
        guard storage.state.settleAny() else {
            throw MultiprocessingError(
                .tooManyDone, "taskDone() was called more often than values were taken")
        }
    }

    /// Waits until every value that was put is done with; Python's `join()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: false when the limit was over first, which is not an error.
    /// - Throws: a ``MultiprocessingError`` with the code `abandoned` when processes were killed since the last such
    ///   error that had values in hand which were not done; all others are done then. `CancellationError` when the
    ///   task is cancelled while it waits.
    @discardableResult
    public nonisolated(nonsending) func join(timeout: Duration? = nil) async throws -> Bool {
        let storage = try core.storage()
        let state = storage.state
        let isDone: Void? = try await storage.joiners.wait(timeout: timeout) { occasion in
            if occasion == .tick { state.settleDeaths() }
            return state.unsettled == 0 ? () : nil
        }
        guard isDone != nil else { return false }
        let lost = state.takeLost()
        guard lost == 0 else {
            throw MultiprocessingError(
                .abandoned,
                "\(lost) values were in the hands of processes that were killed before they were done")
        }
        return true
    }

    /// How many values wait at the moment, without those in anyone's hands.
    public var count: Int { get throws { try core.storage().state.count } }
    /// How many values are not done.
    public var unfinishedCount: Int { get throws { try core.storage().state.unsettled } }

    /// Ends the queue for everyone, as ``SharedQueue/finish()`` does.
    ///
    /// Values that are not done stay to be joined.
    public nonisolated(nonsending) func finish() async throws {
        try core.storage().finish()
    }

    /// Ends the queue for everyone with an error; see ``SharedQueue/shutdown(immediately:)``.
    ///
    /// - Parameter immediately: whether what is in it is discarded, and counts as done.
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public func shutdown(immediately: Bool = false) throws {
        try core.storage().shutDown(emptying: immediately)
    }

    /// Gives up this handle; see ``SharedQueue/close()``.
    public func close() {
        core.close()
    }
}

extension JoinableQueue: AsyncSequence {
    /// Iteration can throw; see ``SharedQueue/get(timeout:)``.
    public typealias Failure = any Error

    /// Takes the values of a queue, one after the other, until it is finished and empty.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let queue: JoinableQueue

        /// The next value; nil when the queue was finished and is empty.
        public mutating func next() async throws -> Element? { try await queue.get() }

        /// The next value; nil when the queue was finished and is empty.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
            try await queue.get()
        }
    }

    /// Begins to take values.
    public nonisolated func makeAsyncIterator() -> Iterator { Iterator(queue: self) }
}

extension JoinableQueue: Codable, CustomStringConvertible {
    /// The queue that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try QueueStorage.decode(from: decoder))
    }

    /// Sends the queue along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try core.storage().encode(to: encoder)
    }

    /// How many values wait, of how many.
    public var description: String { core.description(of: "JoinableQueue<\(Element.self)>") }
}
