import Distributed
import MultiprocessingCore

/// A queue in a manager's process that knows which of its values are done with; the `JoinableQueue` of Python's managers.
///
/// Everything said of ``ManagedQueue`` holds for it as well. When a process is gone that has values in hand which are
/// not done, ``join(timeout:)`` tells, and does not wait for them.
public distributed actor ManagedJoinableQueue<Element: Codable & Sendable> {
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
        room = try QueueRoom(capacity: capacity, isCounted: true, in: actorSystem)
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

    /// Says that a value is done with: one that this process has taken, or if it has none in hand, one that another
    /// process has; Python's `task_done()`.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `tooManyDone` when no value is in anyone's hands.
    public distributed func taskDone() throws {
        try room.taskDone()
    }

    distributed func performJoin(_ timeout: Duration?) async throws -> Bool {
        try await room.join(timeout)
    }
}

extension ManagedJoinableQueue: ManagedObject {
    static func make(_ content: Int?, in system: ManagerSystem) throws -> ManagedJoinableQueue {
        try ManagedJoinableQueue(capacity: content, actorSystem: system)
    }
}

extension ManagedJoinableQueue: ManagedQueueProtocol {
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

    /// Waits until every value that was put is done with; Python's `join()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: false when the limit was over first, which is not an error.
    /// - Throws: a ``MultiprocessingError`` with the code `abandoned` when processes are gone since the last such error
    ///   that had values in hand which were not done; all others are done then. `CancellationError` when the task is
    ///   cancelled while it waits.
    @discardableResult
    public nonisolated(nonsending) func join(timeout: Duration? = nil) async throws -> Bool {
        try await PatientCall.perform { try await performJoin(timeout) }
    }

    /// How many values are not done.
    public nonisolated var unfinishedCount: Int {
        get async throws { try await performLook().unfinishedCount }
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

extension ManagedJoinableQueue: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedJoinableQueue<\(Element.self)>(proxy, \(id))" }

    /// Says how many values wait, of how many.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        "ManagedJoinableQueue<\(Element.self)>(\(try await performLook().words))"
    }
}
