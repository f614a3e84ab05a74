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
        let call = try Self.start(actor.id, Act.self, target, invocation)
        if call.state != .unconnected { return try await call.finish().value(as: Res.self) }
        return try await Self.connect(call, actor.id, Act.self, target, invocation).value(as: Res.self)
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
        let call = try Self.start(actor.id, Act.self, target, invocation)
        if call.state != .unconnected { return try await call.finish().checkNothing() }
        try await Self.connect(call, actor.id, Act.self, target, invocation).checkNothing()
    }

    // Functions that are not async, and one apart for what is not usual, so that a call that waits keeps little: many of
    // them wait at once.

    @inline(never)
    private static func start(
        _ id: ActorID, _ type: any Any.Type, _ target: RemoteCallTarget, _ invocation: InvocationEncoder
    ) throws -> StartedCall {
        guard let peer = id.peer else { throw MultiprocessingError.managerGone }
        guard peer.isConnected else { return StartedCall(peer) }
        return try peer.start(id.number, of: type, target.identifier, invocation)
    }

    @inline(never)
    private static nonisolated(nonsending) func connect(
        _ call: StartedCall, _ id: ActorID, _ type: any Any.Type, _ target: RemoteCallTarget,
        _ invocation: InvocationEncoder
    ) async throws -> ManagerReply {
        try await call.peer.connect()
        return try await call.peer.start(id.number, of: type, target.identifier, invocation).finish()
    }
}
