import MultiprocessingCore

// The bodies that send values while they run; Bodies.swift says why they are written out.

struct EmittingBody0<E: Portable>: PortableBody {
    let body: @concurrent @Sendable (ValueEmitter<E>) async throws -> Void
    static func encode(_ connection: Connection, into writer: inout MessageWriter) throws {
        try writer.append(encoding: connection)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> Connection { try reader.decode() }
    func run(_ connection: Connection, _ context: Nothing) async throws -> Nothing {
        try await body(ValueEmitter(connection: connection))
        return Nothing()
    }
}

struct EmittingBody1<A: Portable, E: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, ValueEmitter<E>) async throws -> Void
    static func encode(_ arguments: (A, Connection), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, Connection) {
        (try reader.decode(), try reader.decode())
    }
    func run(_ arguments: (A, Connection), _ context: Nothing) async throws -> Nothing {
        try await body(arguments.0, ValueEmitter(connection: arguments.1))
        return Nothing()
    }
}

struct EmittingBody2<A: Portable, B: Portable, E: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B, ValueEmitter<E>) async throws -> Void
    static func encode(_ arguments: (A, B, Connection), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
        try writer.append(encoding: arguments.2)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B, Connection) {
        (try reader.decode(), try reader.decode(), try reader.decode())
    }
    func run(_ arguments: (A, B, Connection), _ context: Nothing) async throws -> Nothing {
        try await body(arguments.0, arguments.1, ValueEmitter(connection: arguments.2))
        return Nothing()
    }
}
