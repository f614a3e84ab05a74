import Distributed
import MultiprocessingCore

// What makes an object in a manager's process; Bodies.swift says why each number of arguments is written out.

struct CreationBody0<Act: DistributedActor & Codable>: PortableBody where Act.ActorSystem == ManagerSystem {
    let body: @concurrent @Sendable (ManagerSystem) async throws -> Act
    static func encode(_ arguments: Void, into writer: inout MessageWriter) {}
    static func decodeArguments(from reader: inout MessageReader) {}
    func run(_ arguments: Void, _ context: Nothing) async throws -> Act {
        try await body(ServerCore.currentSystem())
    }
}

struct CreationBody1<A: Portable, Act: DistributedActor & Codable>: PortableBody
where Act.ActorSystem == ManagerSystem {
    let body: @concurrent @Sendable (ManagerSystem, A) async throws -> Act
    static func encode(_ arguments: A, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> A { try reader.decode() }
    func run(_ arguments: A, _ context: Nothing) async throws -> Act {
        try await body(ServerCore.currentSystem(), arguments)
    }
}

struct CreationBody2<A: Portable, B: Portable, Act: DistributedActor & Codable>: PortableBody
where Act.ActorSystem == ManagerSystem {
    let body: @concurrent @Sendable (ManagerSystem, A, B) async throws -> Act
    static func encode(_ arguments: (A, B), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B) {
        (try reader.decode(), try reader.decode())
    }
    func run(_ arguments: (A, B), _ context: Nothing) async throws -> Act {
        try await body(ServerCore.currentSystem(), arguments.0, arguments.1)
    }
}

extension ServerCore {
    /// The system of the manager that makes an object.
    static func currentSystem() throws -> ManagerSystem {
        guard let current else {
            throw MultiprocessingError(.invalidArgument, "objects are made in a manager's process only")
        }
        return ManagerSystem(current)
    }
}
