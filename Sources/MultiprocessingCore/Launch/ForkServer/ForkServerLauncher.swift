/// Starts children as copies of a server process, which is started with the first of them.
///
/// When the server is gone, its children go on, and the next start makes a new server.
package final class ForkServerLauncher: Launcher {
    /// One for children that others may look into, and one, made only when it is needed, for those that they may not:
    /// its copies are closed from their first moment on.
    private struct Servers {
        var open: ForkServer?
        var closed: ForkServer?
    }

    private let servers = GlobalMutex(Servers())
    private let roles: [any ChildRole.Type]
    private let preload: Preload?
    private let patience: Duration
    /// A server that takes its time to begin does not keep other starts waiting.
    package let lane: Lane

    /// - Parameters:
    ///   - roles: those that the server warms up for.
    ///   - preload: what each server does first.
    ///   - patience: how long a server may take to make a child; one that takes longer is ended.
    package init(
        warming roles: [any ChildRole.Type] = [], preload: Preload? = nil, patience: Duration = .seconds(30)
    ) {
        self.roles = roles
        self.preload = preload
        self.patience = patience
        lane = preload == nil ? .launching : Lane("mp-preloading")
    }

    /// The server's process; nil before the first start.
    package var serverID: Int32? { servers.withLock { $0.open?.pid } }

    package func attempt(_ order: LaunchOrder) throws -> LaunchedChild {
        do {
            return try currentServer(order).makeChild(order)
        } catch let error as SystemError where error.isBrokenChannel {
            // The server was ended, by someone or because it was stuck; a new one is made, once.
            return try currentServer(order).makeChild(order)
        }
    }

    private func currentServer(_ order: LaunchOrder) throws -> ForkServer {
        try servers.withLock { servers throws in
            if order.settings.isInspectable { return try current(&servers.open, order) }
            return try current(&servers.closed, order)
        }
    }

    private func current(_ server: inout ForkServer?, _ order: LaunchOrder) throws -> ForkServer {
        if let server, server.isOurs, server.isAlive { return server }
        // That of a process that was copied goes on, for that one.
        if let server, !server.isOurs {
            _ = unsafe Unmanaged.passRetained(server)
        } else {
            server?.retire()
        }
        server = nil
        let fresh = try ForkServer(
            warming: roles, preload: preload, isInspectable: order.settings.isInspectable,
            isCancelled: order.isCancelled, patience: patience)
        server = fresh
        return fresh
    }
}
