import MultiprocessingCore
import Synchronization

/// A first in, first out queue of values for any number of tasks in any number of processes; Python's
/// `multiprocessing.Queue`.
///
/// ```swift
/// let queue = try SharedQueue<Order>(capacity: 100)
/// let child = ChildProcess(queue) { queue in
///     for try await order in queue { … }            // ends when the queue is finished and empty
/// }
/// try await child.start()
/// try await queue.put(Order(id: 7))
/// try await queue.finish()
/// ```
///
/// It travels to other processes like any value: captured, as an argument, in a message, also on itself. A value is in
/// the queue when `put` returns, in memory that all processes share: nothing has to be flushed, and a process can end,
/// or be joined, before anyone has read what it put. The values of one task stay in their order. Values may hold
/// handles themselves. A process that is killed, at any instant, harms nobody else: at most the value in its hands is
/// lost, and in a queue that wants acknowledgements not even that.
public final class SharedQueue<Element: Codable & Sendable>: Sendable {
    let core: QueueHandle

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - capacity: how many values wait in it at most; nil for no limit but memory. Python's `maxsize`.
    ///   - redelivers: whether a value that a process took and did not acknowledge before it ended is delivered again;
    ///     see ``take(timeout:)``. Such a queue takes no values that hold handles.
    /// - Throws: a ``MultiprocessingError`` for a capacity below one, and when the system has no memory or descriptors
    ///   left.
    public init(capacity: Int? = nil, redelivers: Bool = false) throws {
        core = QueueHandle(try .make(capacity: capacity, delivery: redelivers ? .acknowledged : .once))
    }

    private init(_ storage: QueueStorage) {
        core = QueueHandle(storage)
    }

    // MARK: Putting

    /// Puts a value in, waiting while the queue is full; Python's `put()`.
    ///
    /// - Parameters:
    ///   - value: what is put; it is encoded here, so an error of its own is thrown here.
    ///   - timeout: nil waits without a limit, zero or less only tries.
    /// - Throws: a ``MultiprocessingError``: `queueFull` when the limit is over, `queueFinished` and `queueShutDown`
    ///   after the queue's end, `closed` for a closed handle, `noResources` when there is no memory left. What the
    ///   value's encoding throws. `CancellationError` when the task is cancelled while it waits. In all these cases
    ///   the value is not in the queue.
    public nonisolated(nonsending) func put(_ value: Element, timeout: Duration? = nil) async throws {
        try await core.storage().put(core.encode(value), timeout: timeout)
    }

    /// Puts a value in if there is space; Python's `put_nowait()`.
    ///
    /// - Returns: false when the queue is full.
    /// - Throws: the same as ``put(_:timeout:)`` otherwise.
    public func tryPut(_ value: Element) throws -> Bool {
        do {
            try putBlocking(value, timeout: .zero)
            return true
        } catch let error as MultiprocessingError where error.code == .queueFull {
            return false
        }
    }

    /// Blocks the thread until the value is in, for code that is not asynchronous.
    ///
    /// - Parameters:
    ///   - value: what is put.
    ///   - timeout: nil waits without a limit, zero or less only tries.
    /// - Throws: the same as ``put(_:timeout:)``.
    public func putBlocking(_ value: Element, timeout: Duration? = nil) throws {
        try core.storage().putBlocking(core.encode(value), timeout: timeout)
    }

    // MARK: Getting

    /// Takes the first value out, waiting while there is none; Python's `get()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: the value; nil when the queue was finished and is empty.
    /// - Throws: a ``MultiprocessingError``: `queueEmpty` when the limit is over, `queueShutDown` after the queue was
    ///   shut down, `closed` for a closed handle, `undecodable` for a value of another type. `CancellationError` when
    ///   the task is cancelled while it waits; no value is then lost.
    public nonisolated(nonsending) func get(timeout: Duration? = nil) async throws -> Element? {
        let storage = try core.storage()
        do {
            return try core.receive(Element.self, await storage.take(timeout: timeout))
        } catch let error as MultiprocessingError where error.code == .queueFinished {
            return nil
        }
    }

    /// Takes the first value out if there is one; Python's `get_nowait()`.
    ///
    /// - Returns: nil when there is none now.
    /// - Throws: a ``MultiprocessingError`` with the code `queueFinished` when there will be none any more, and the
    ///   same as ``get(timeout:)`` otherwise.
    public func tryGet() throws -> Element? {
        do {
            return try core.receive(Element.self, core.storage().takeBlocking(timeout: .zero))
        } catch let error as MultiprocessingError where error.code == .queueEmpty {
            return nil
        }
    }

    /// Blocks the thread until there is a value and takes it, for code that is not asynchronous.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: the value; nil when the queue was finished and is empty.
    /// - Throws: the same as ``get(timeout:)``.
    public func getBlocking(timeout: Duration? = nil) throws -> Element? {
        do {
            return try core.receive(Element.self, core.storage().takeBlocking(timeout: timeout))
        } catch let error as MultiprocessingError where error.code == .queueFinished {
            return nil
        }
    }

    // MARK: Looks

    /// How many values wait at the moment; Python's `qsize()`.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle, as the two below.
    public var count: Int { get throws { try core.storage().state.count } }
    /// Whether no value waits at the moment; Python's `empty()`.
    public var isEmpty: Bool { get throws { try count == 0 } }
    /// Whether no value can be put in at the moment; Python's `full()`.
    public var isFull: Bool {
        get throws {
            let state = try core.storage().state
            return state.capacity.map { state.count >= $0 } ?? false
        }
    }

    // MARK: Ends

    /// Ends the queue for everyone: nobody puts any more, and readers end once they have taken what is in it.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle. Finishing twice is no error.
    public nonisolated(nonsending) func finish() async throws {
        try core.storage().finish()
    }

    /// Ends the queue for everyone with an error; Python's `shutdown()`.
    ///
    /// - Parameter immediately: whether what is in it is discarded; else it can still be taken.
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public func shutdown(immediately: Bool = false) throws {
        try core.storage().shutDown(emptying: immediately)
    }

    /// Gives up this handle: it can not be used any more, others can; Python's `close()`.
    ///
    /// What was put stays in the queue. Closing twice is no error.
    public func close() {
        core.close()
    }
}

extension SharedQueue: Codable, CustomStringConvertible {
    /// The queue that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try QueueStorage.decode(from: decoder))
    }

    /// Sends the queue along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try core.storage().encode(to: encoder)
    }

    /// How many values wait, of how many.
    public var description: String { core.description(of: "SharedQueue<\(Element.self)>") }
}
