import Distributed
import MultiprocessingCore

/// A process in which objects live that other processes use; Python's `Manager`.
///
/// ```swift
/// try await withManager { manager in
///     let stock = try await manager.create { Inventory(actorSystem: $0) }
///     try await pool.map(orders) { try await stock.reserve($0.sku, $0.count) }
/// }
/// ```
///
/// Prefer ``withManager(name:context:initializer:isolation:_:)``, whose end is the manager's end. An open-ended manager
/// owes its process a ``shutdown(timeout:)``; it ends with this process at the latest, however that happens.
public actor Manager {
    nonisolated let storage: ManagerStorage

    /// A manager that has not been started.
    ///
    /// - Parameters:
    ///   - name: that of its process; nil makes one of the form `Manager-1`.
    ///   - address: where other processes find it; nil makes a local socket that only this user can reach.
    ///   - key: what they have to have; nil is the key of this process, which its children have as well.
    ///   - maximumLength: the longest message that it accepts from them.
    ///   - context: how its process is started.
    ///   - options: what is special about its process.
    ///   - initializer: runs once in its process, before the start is over; it may make objects and name them.
    public init(
        name: String? = nil, address: ListenerAddress? = nil, key: AuthenticationKey? = nil,
        maximumLength: Int = Connection.listenerMaximumLength, context: ProcessContext = .default,
        options: StartOptions = StartOptions(),
        initializer: (@concurrent @Sendable (ManagerSystem) async throws -> Void)? = nil
    ) {
        storage = ManagerStorage(
            name, context, options, .init(address: address, key: key, maximumLength: maximumLength),
            initializer)
    }

    deinit { storage.drop() }

    /// Starts the manager's process; returns when it serves.
    ///
    /// - Throws: what the initializer throws; a ``MultiprocessingError`` with the code `alreadyStarted` for a second
    ///   start, `startFailed` when there is no room for a process; a ``ClosureRefusedError`` for an initializer that
    ///   captures what cannot travel. No process is left then. `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func start() async throws {
        try await storage.start()
    }

    /// Ends the manager and its objects; returns when its process is gone.
    ///
    /// Calls that are under way throw a ``MultiprocessingError`` with the code `managerGone`. A second call waits for
    /// the same end. Cancelling the task changes nothing: what was begun is finished.
    ///
    /// - Parameter timeout: how long its process may take; then it is terminated, and a second later killed.
    public nonisolated(nonsending) func shutdown(timeout: Duration = .seconds(5)) async {
        await storage.shutdown(timeout)
    }

    /// The name of the manager's process.
    public nonisolated var name: String { storage.child?.name ?? storage.name ?? "Manager" }

    /// Where other processes find the manager; nil while it does not serve.
    public nonisolated var address: ListenerAddress? { storage.address }

    /// The number of the manager's process; nil before the start.
    public nonisolated var pid: Int32? { storage.child?.pid }

    /// The exit code of the manager's process, or the signal's number with a minus sign; nil before its end.
    public nonisolated var exitCode: Int32? { storage.child?.exitCode }

    /// Whether the manager's process was started and has not ended.
    public nonisolated var isAlive: Bool { storage.child?.isAlive ?? false }
}

extension Manager: CustomStringConvertible {
    /// The name, the number and the state of the manager's process.
    public nonisolated var description: String {
        guard let child = storage.child else { return "Manager(\(name), initial)" }
        return "Manager(\(child.record.stateInWords), \(name)\(pid.map { ", pid \($0)" } ?? ""))"
    }
}
