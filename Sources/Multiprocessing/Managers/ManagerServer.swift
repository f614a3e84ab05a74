import Distributed
import MultiprocessingCore

/// A manager in this process: objects that live here and that others use by an address; Python's `get_server`.
///
/// ```swift
/// let server = try await ManagerServer(.tcp(port: 50000), key: key)
/// try server.system.register(Inventory(actorSystem: server.system), as: "stock")
/// try await server.serve()                // until the task is cancelled, or somebody calls shutdown()
/// ```
///
/// Its clients find objects with ``RemoteManager``. Nobody gets in without the key, and who is in can call the
/// distributed methods of the objects that it was given or that have names; no closure is taken from it.
public final class ManagerServer: Sendable {
    /// The system of the objects.
    public let system: ManagerSystem

    private let core: ServerCore
    private let door: ManagerDoor

    /// Begins to listen; clients are let in by ``serve()``.
    ///
    /// - Parameters:
    ///   - address: where; nil makes a local socket that only this user can reach.
    ///   - key: what clients have to have; nil is the key of this process, which its children have as well.
    ///   - maximumLength: the longest message that is accepted.
    /// - Throws: as ``Listener/init(_:key:backlog:maximumLength:)``.
    public nonisolated(nonsending) init(
        _ address: ListenerAddress? = nil, key: AuthenticationKey? = nil,
        maximumLength: Int = Connection.listenerMaximumLength
    ) async throws {
        let door = try await ManagerDoor(
            address, key: key ?? AuthenticationKey.current(), maximumLength: maximumLength)
        do {
            core = try ServerCore(address: door.address)
        } catch {
            door.close()
            throw MultiprocessingError(.noResources, "there is no room for a manager", cause: error)
        }
        self.door = door
        core.ready.close(.success(()))
        system = ManagerSystem(core)
    }

    deinit { end() }

    /// Where clients find it.
    public var address: ListenerAddress { door.address }

    /// Lets clients in and serves them, until the task is cancelled or the server is shut down.
    ///
    /// Then the server and its objects end: calls that are under way throw at their callers.
    ///
    /// - Throws: `CancellationError` when the task was cancelled; nothing after a shutdown.
    public nonisolated(nonsending) func serve() async throws {
        ProcessLogger.info("manager serving at \(address)")
        defer {
            ProcessLogger.info("manager shutting down")
            end()
        }
        let serving = Task.detached { [door, core] in await door.serve(core) }
        defer { serving.cancel() }
        _ = try await core.endRequest.wait()
    }

    /// Ends the server, whether it serves or not; more than once is the same as once.
    public func shutdown() {
        core.endRequest.close(())
        end()
    }

    private func end() {
        door.close()
        core.end()
    }
}

extension ManagerServer: CustomStringConvertible {
    /// Where it listens.
    public var description: String { "ManagerServer(\(address))" }
}
