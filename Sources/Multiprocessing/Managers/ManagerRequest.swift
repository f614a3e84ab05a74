import MultiprocessingCore

/// What a client asks a manager itself.
enum ManagerRequest: Codable, Sendable {
    /// Answered when the manager's initializer is over.
    case hello
    case register(UInt64, String)
    case unregister(String)
    /// Answered with the object, if it is of the type of this key.
    case resolve(String, TypeKey)
    case names
    case objectCount
    /// From the process that started the manager only.
    case shutdown
}

/// Who a manager is.
struct ManagerGreeting: Codable, Sendable {
    let high: UInt64
    let low: UInt64
    let address: ListenerAddress?
}

extension ManagerPeer {
    /// Asks the manager itself.
    nonisolated(nonsending) func request(_ request: ManagerRequest) async throws -> ManagerReply {
        try await exchange(.request) { try $0.append(encoding: request) }
    }
}
