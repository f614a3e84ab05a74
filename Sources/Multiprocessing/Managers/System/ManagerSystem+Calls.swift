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
        try await perform(Act.self, actor.id, target, invocation).value(as: Res.self)
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
        try await perform(Act.self, actor.id, target, invocation).checkNothing()
    }

    private nonisolated(nonsending) func perform(
        _ type: Any.Type, _ id: ActorID, _ target: RemoteCallTarget, _ invocation: InvocationEncoder
    ) async throws -> ManagerReply {
        guard let peer = id.peer else { throw MultiprocessingError.managerGone }
        return try await peer.call(id.number, of: type, target.identifier, invocation)
    }
}
