import Distributed
import MultiprocessingCore

extension ManagerSystem {
    /// Calls a method of an object that lives elsewhere.
    ///
    /// - Parameters:
    ///   - actor: the proxy.
    ///   - target: the method.
    ///   - invocation: the arguments.
    ///   - throwing: what the method throws.
    ///   - returning: what it returns.
    /// - Returns: what the method returned.
    /// - Throws: what it threw; a ``MultiprocessingError`` with the code `managerGone`, `notFound` for an object that
    ///   has ended, `timeout`; `CancellationError` when the task is cancelled, which cancels the method as well.
    public nonisolated(nonsending) func remoteCall<Act, Err, Res>(
        on actor: Act, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Err.Type,
        returning: Res.Type
    ) async throws -> Res where Act: DistributedActor, Act.ID == ActorID, Err: Error, Res: Codable {
        let peer = try Self.peer(of: actor.id)
        if !peer.isConnected { try await peer.connect() }
        let call = try peer.start(actor.id.number, of: Act.self, target.identifier, invocation)
        return try await peer.finish(call).get().value(as: Res.self)
    }

    /// Calls a method that returns nothing.
    ///
    /// - Parameters:
    ///   - actor: the proxy.
    ///   - target: the method.
    ///   - invocation: the arguments.
    ///   - throwing: what the method throws.
    /// - Throws: as the form that returns something.
    public nonisolated(nonsending) func remoteCallVoid<Act, Err>(
        on actor: Act, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Err.Type
    ) async throws where Act: DistributedActor, Act.ID == ActorID, Err: Error {
        let peer = try Self.peer(of: actor.id)
        if !peer.isConnected { try await peer.connect() }
        let call = try peer.start(actor.id.number, of: Act.self, target.identifier, invocation)
        try await peer.finish(call).get().checkNothing()
    }

    private static func peer(of id: ActorID) throws -> ManagerPeer {
        guard let peer = id.peer else { throw MultiprocessingError.managerGone }
        return peer
    }
}
