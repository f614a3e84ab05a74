import Synchronization

/// Starts children as copies of a server process, which is started with the first of them.
///
/// When the server is gone, its children go on, and the next start makes a new server.
package final class ForkServerLauncher: Launcher {
    private let server = Mutex<ForkServer?>(nil)
    private let roles: [any ChildRole.Type]

    /// - Parameter roles: those that the server warms up for.
    package init(warming roles: [any ChildRole.Type] = []) {
        self.roles = roles
    }

    /// The server's process; nil before the first start.
    package var serverID: Int32? { server.withLock { $0?.pid } }

    package func launch(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws(LaunchFailure) -> LaunchedChild {
        do {
            return try makeChild(order, onExit)
        } catch {
            throw LaunchFailure(error)
        }
    }

    private func makeChild(
        _ order: LaunchOrder, _ onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws -> LaunchedChild {
        do {
            return try currentServer().makeChild(order, onExit: onExit)
        } catch let error as SystemError where error.isBrokenChannel {
            // The server was ended by someone; a new one is made, once.
            return try currentServer().makeChild(order, onExit: onExit)
        }
    }

    private func currentServer() throws -> ForkServer {
        try server.withLock { server throws in
            if let server, server.isAlive { return server }
            server?.retire()
            let fresh = try ForkServer(warming: roles)
            server = fresh
            return fresh
        }
    }
}
