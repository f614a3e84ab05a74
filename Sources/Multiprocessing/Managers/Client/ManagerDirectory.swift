import Distributed
import MultiprocessingCore
import Synchronization

/// The managers that this process has to do with: those that live in it, and the ways to others.
///
/// An identifier of an object names its manager by a random number, so managers do not notice each other here.
enum ManagerDirectory {
    private struct WeakServer {
        weak var core: ServerCore?
    }

    private struct State {
        var servers: [ManagerID: WeakServer] = [:]
        var peers: [ManagerID: ManagerPeer] = [:]
        /// A forked copy has none of the ways of the process that was copied.
        var generation = ForkedChild.generation
    }

    private static let state = GlobalMutex(State())

    private static func withState<Result>(_ body: (inout State) throws -> sending Result) rethrows
        -> sending Result
    {
        try state.withLock { state in
            if state.generation != ForkedChild.generation {
                // Kept, because they belong to the process that was copied.
                for peer in state.peers.values { _ = Unmanaged.passRetained(peer) }
                state = State()
            }
            return try body(&state)
        }
    }

    // MARK: Managers of this process

    /// The manager, if it lives in this process.
    static func server(_ manager: ManagerID) -> ServerCore? {
        withState { $0.servers[manager]?.core }
    }

    static func add(_ core: ServerCore, as manager: ManagerID) {
        withState { $0.servers[manager] = WeakServer(core: core) }
    }

    static func removeServer(_ manager: ManagerID) {
        withState { $0.servers[manager] = nil }
    }

    // MARK: Ways to others

    /// The way to a manager, which connects if there was none; nil for a manager without an address.
    static func peer(_ manager: ManagerID, address: ListenerAddress?) -> ManagerPeer? {
        withState { state in
            if let peer = state.peers[manager] { return peer }
            guard let address else { return nil }
            let fresh = ManagerPeer(to: manager, at: address, key: nil)
            state.peers[manager] = fresh
            return fresh
        }
    }

    static func add(_ peer: ManagerPeer, to manager: ManagerID) {
        withState { $0.peers[manager] = peer }
    }

    /// A peer has learned which manager it has found; returns the way there, which may be an earlier one.
    static func join(_ peer: ManagerPeer, as manager: ManagerID) -> ManagerPeer {
        peer.found(manager)
        let earlier = withState { state -> ManagerPeer? in
            if let earlier = state.peers[manager] { return earlier }
            state.peers[manager] = peer
            return nil
        }
        guard let earlier else { return peer }
        peer.fail(.managerGone)
        return earlier
    }

    static func remove(_ peer: ManagerPeer) {
        let manager = peer.manager
        // Let go of outside the lock.
        let removed = withState { state -> ManagerPeer? in
            guard state.peers[manager] === peer else { return nil }
            return state.peers.removeValue(forKey: manager)
        }
        withExtendedLifetime(removed) {}
    }

    // MARK: Objects on their way

    /// An object has come in a message: holds it, from here on.
    static func arrived(
        _ manager: ManagerID, _ number: UInt64, address: ListenerAddress?,
        _ departure: ReferenceTable.Departure
    ) -> ProxyHold? {
        if let server = server(manager) { return server.arrived(number, departure) }
        return peer(manager, address: address)?.hold(number, departure)
    }

    /// An object goes into a message: keeps it alive until it is received.
    static func depart(_ id: ManagerSystem.ActorID) -> ReferenceTable.Departure {
        if let server = server(id.manager) { return server.depart(id.number) }
        return id.peer?.depart(id.number) ?? .untracked
    }
}

extension ManagerSystem.ActorID {
    /// The way to the object.
    var peer: ManagerPeer? {
        heldPeer ?? ManagerDirectory.peer(manager, address: address)
    }
}
