import Distributed
import MultiprocessingCore

/// Something in a manager's process that is set or not, and that tasks wait for; the `Event` of Python's managers.
///
/// It does what ``SharedEvent`` does, also for processes of other machines.
public distributed actor ManagedEvent {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: WaitingRoom<SignalMachine>

    /// Makes an event that is not set, in the manager's process.
    ///
    /// - Parameter actorSystem: the manager's.
    public init(actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(SignalMachine(), in: actorSystem)
    }

    /// Sets it: all who wait go on, and whoever waits later does so at once, until it is cleared.
    public distributed func set() {
        room.update { $0.set() }
    }

    /// Takes back that it is set; who waits then, waits.
    public distributed func clear() {
        room.update { $0.clear() }
    }

    distributed func performWait(_ timeout: Duration?) async throws -> Bool {
        try await room.wait(for: .calling, timeout: timeout) { machine, ticket in machine.enter(ticket) }
            ?? false
    }

    distributed func performLook() -> Bool {
        room.update { $0.isSet }
    }
}

extension ManagedEvent: ManagedObject {
    static func make(_ content: Nothing, in system: ManagerSystem) -> ManagedEvent {
        ManagedEvent(actorSystem: system)
    }
}

extension ManagedEvent {
    /// Whether it is set; Python's `is_set()`.
    public nonisolated var isSet: Bool { get async throws { try await performLook() } }

    /// Waits until it is set.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; a ``MultiprocessingError`` with the
    ///   code `managerGone`.
    public nonisolated(nonsending) func wait() async throws {
        _ = try await performWait(nil)
    }

    /// Waits until it is set, up to a limit.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: false when the limit was over first, which is not an error. An event that was set and cleared again
    ///   meanwhile counts as set.
    /// - Throws: the same as without a limit.
    @discardableResult
    public nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        try await performWait(timeout)
    }
}

extension ManagedEvent: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells whether it is set.
    public nonisolated var description: String { "ManagedEvent(proxy, \(id))" }

    /// Says whether it is set.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        "ManagedEvent(\(try await isSet ? "set" : "unset"))"
    }
}
