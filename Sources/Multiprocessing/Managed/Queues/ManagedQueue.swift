import Distributed
import MultiprocessingCore

/// A first in, first out queue of values in a manager's process; the `Queue` of Python's managers.
///
/// ```swift
/// let queue = try await manager.queue(of: Order.self, capacity: 100)
/// try await pool.apply(queue) { queue in
///     for try await order in queue { … }            // ends when the queue is finished and empty
/// }
/// ```
///
/// It does what ``SharedQueue`` does, also for processes of other machines, and its values may hold proxies. A value
/// that was sent to a process which is gone before it could use it is lost.
public distributed actor ManagedQueue<Element: Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: QueueRoom<Element>

    /// Makes an empty queue, in the manager's process.
    ///
    /// - Parameters:
    ///   - capacity: how many values wait in it at most; nil for no limit but memory.
    ///   - actorSystem: the manager's.
    /// - Throws: a ``MultiprocessingError`` for a capacity below one.
    public init(capacity: Int? = nil, actorSystem: ManagerSystem) throws {
        self.actorSystem = actorSystem
        room = try QueueRoom(capacity: capacity, isCounted: false, in: actorSystem)
    }

    distributed func performPut(_ element: Element, _ timeout: Duration?) async throws {
        try await room.put(element, timeout)
    }

    distributed func performGet(_ timeout: Duration?) async throws -> [Element] {
        try await room.get(timeout)
    }

    /// Ends the queue for everyone: nobody puts any more, and readers end once they have taken what is in it.
    public distributed func finish() {
        room.finish()
    }

    /// Ends the queue for everyone with an error; Python's `shutdown()`.
    ///
    /// - Parameter immediately: whether what is in it is discarded; else it can still be taken.
    public distributed func shutdown(immediately: Bool) {
        room.shutDown(emptying: immediately)
    }

    distributed func performLook() -> QueueLook { room.look }
}

extension ManagedQueue: ManagedObject {
    static func make(_ content: Int?, in system: ManagerSystem) throws -> ManagedQueue {
        try ManagedQueue(capacity: content, actorSystem: system)
    }
}

extension ManagedQueue: ManagedQueueProtocol {
    /// Puts a value in, waiting while the queue is full; Python's `put()`.
    ///
    /// - Parameters:
    ///   - value: what is put.
    ///   - timeout: nil waits without a limit, zero or less only tries.
    /// - Throws: a ``MultiprocessingError``: `queueFull` when the limit is over, `queueFinished` and `queueShutDown`
    ///   after the queue's end, `managerGone`. `CancellationError` when the task is cancelled while it waits. In all
    ///   these cases but the manager's end the value is not in the queue.
    public nonisolated(nonsending) func put(_ value: Element, timeout: Duration?) async throws {
        try await PatientCall.perform { try await performPut(value, timeout) }
    }

    /// Takes the first value out, waiting while there is none; Python's `get()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: the value; nil when the queue was finished and is empty.
    /// - Throws: a ``MultiprocessingError``: `queueEmpty` when the limit is over, `queueShutDown` after the queue was
    ///   shut down, `managerGone`. `CancellationError` when the task is cancelled while it waits; no value is then
    ///   lost.
    public nonisolated(nonsending) func get(timeout: Duration?) async throws -> Element? {
        try await PatientCall.perform { try await performGet(timeout) }.first
    }

    /// Ends the queue for everyone with an error, and leaves what is in it to be taken.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func shutdown() async throws {
        try await shutdown(immediately: false)
    }

    /// How many values wait at the moment; Python's `qsize()`.
    public nonisolated var count: Int { get async throws { try await performLook().count } }
    /// Whether no value can be put in at the moment; Python's `full()`.
    public nonisolated var isFull: Bool { get async throws { try await performLook().isFull } }
}

extension ManagedQueue: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedQueue<\(Element.self)>(proxy, \(id))" }

    /// Says how many values wait, of how many.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        "ManagedQueue<\(Element.self)>(\(try await performLook().words))"
    }
}
