import Distributed
import MultiprocessingCore

/// A manager that another process has started, found by its address; Python's `BaseManager.connect`.
///
/// ```swift
/// let manager = try await Manager.connect(to: .tcp("10.0.0.7", port: 50000), key: key)
/// let stock = try await manager.resolve("stock", as: Inventory.self)
/// ```
///
/// Both programs have to declare the types of the objects, in modules of the same name.
public struct RemoteManager: Sendable {
    private let peer: ManagerPeer

    /// Where the manager listens.
    public let address: ListenerAddress

    init(_ address: ListenerAddress, _ key: AuthenticationKey?, _ timeout: Duration?) async throws {
        self.address = address
        let connection = try await Connection.connect(
            to: address, key: try key ?? AuthenticationKey.current(), purpose: .manager, timeout: timeout)
        let link = ManagerLink(
            try connection.storage.link.end, isInherited: false, limit: Connection.listenerMaximumLength)
        // Who it is, it says itself.
        let asking = ManagerPeer(link, to: .none)
        let greeting = try await asking.request(.hello).value(as: ManagerGreeting.self)
        peer = ManagerDirectory.join(asking, as: ManagerID(high: greeting.high, low: greeting.low))
    }

    /// Finds an object by its name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - type: what the object is.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` with the code `notFound`, or `invalidArgument` for an object of another
    ///   type, or `managerGone`.
    public nonisolated(nonsending) func resolve<Act: DistributedActor & Codable>(
        _ name: String, as type: Act.Type = Act.self
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        try await peer.resolve(name, as: type)
    }

    /// Gives an object of the manager a name.
    ///
    /// - Parameters:
    ///   - object: a proxy.
    ///   - name: any text.
    /// - Throws: a ``MultiprocessingError`` with the code `alreadyExists`, `invalidArgument` or `managerGone`.
    public nonisolated(nonsending) func register<Act: DistributedActor>(
        _ object: Act, as name: String
    ) async throws where Act.ActorSystem == ManagerSystem {
        try await peer.register(object.id, as: name)
    }

    /// Takes a name away; the object lives on while there are proxies.
    ///
    /// - Parameter name: the name.
    /// - Returns: whether there was an object of this name.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func unregister(_ name: String) async throws -> Bool {
        try await peer.request(.unregister(name)).value(as: Bool.self)
    }

    /// The names that objects have, in order.
    ///
    /// - Returns: the names.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func names() async throws -> [String] {
        try await peer.request(.names).value(as: [String].self)
    }

    /// How many objects somebody outside of the manager holds.
    ///
    /// - Returns: the number.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func objectCount() async throws -> Int {
        try await peer.request(.objectCount).value(as: Int.self)
    }
}

extension Manager {
    /// Connects to a manager that another process has started.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - key: its key; nil is that of this process.
    ///   - timeout: for all of it; nil leaves the time until there is a connection to the system.
    /// - Returns: the manager.
    /// - Throws: as ``Connection/connect(to:key:timeout:maximumLength:)``; `CancellationError` when the task is
    ///   cancelled.
    public static func connect(
        to address: ListenerAddress, key: AuthenticationKey? = nil, timeout: Duration? = nil
    ) async throws -> RemoteManager {
        try await RemoteManager(address, key, timeout)
    }
}
