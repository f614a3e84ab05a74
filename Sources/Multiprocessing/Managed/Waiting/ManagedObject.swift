import Distributed
import MultiprocessingCore

/// A ready-made managed type: how a manager makes one.
protocol ManagedObject: DistributedActor, Codable where ActorSystem == ManagerSystem {
    /// What one is made of.
    associatedtype Content: Codable & Sendable

    /// Makes one, in the manager's process.
    static func make(_ content: Content, in system: ManagerSystem) throws -> Self
}

/// Makes a ready-made object; no closure travels, only the type.
struct ManagedCreation<Object: ManagedObject>: PortableBody {
    static func encode(_ arguments: Object.Content, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> Object.Content {
        try reader.decode()
    }
    func run(_ arguments: Object.Content, _ context: Nothing) async throws -> Object {
        try Object.make(arguments, in: ServerCore.currentSystem())
    }
}

extension Manager {
    /// Makes a ready-made object.
    nonisolated(nonsending) func make<Object: ManagedObject>(
        _ type: Object.Type, of content: Object.Content
    ) async throws -> Object {
        try await storage.create(ManagedCreation<Object>(), content)
    }
}
