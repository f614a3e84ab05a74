import Distributed
import MultiprocessingCore

extension ManagerSystem.ActorID {
    /// Begins to call a direct method of an object of a manager that there is a connection to.
    ///
    /// - Parameters:
    ///   - method: which.
    ///   - encode: writes the arguments.
    /// - Returns: the call; nil for an object that is to be called the usual way, because it lives here or there is no
    ///   connection yet.
    /// - Throws: `CancellationError`; a ``MultiprocessingError`` with the code `unencodable` or `managerGone`.
    func start(
        _ method: DirectMethod, _ encode: (inout MessageWriter) throws -> Void = { _ in }
    ) throws -> StartedCall? {
        guard let peer = heldPeer, peer.isConnected else { return nil }
        var arguments = MessageWriter()
        do {
            try encode(&arguments)
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(
                .unencodable, "an argument of a call could not be encoded", cause: error)
        }
        return try peer.start(number, method, arguments)
    }
}

extension ManagerReply {
    /// The value that was returned, or none.
    ///
    /// - Throws: as ``value(as:)``.
    func optional<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        if case .nothing = self { return nil }
        return try value(as: type)
    }
}
