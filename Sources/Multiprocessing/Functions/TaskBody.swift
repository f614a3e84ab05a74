import MultiprocessingCore

/// A task type with a result: it needs no closure, its type says what to run.
struct TaskBody<T: ProcessTask>: PortableBody where T.Output: Codable {
    static func encode(_ arguments: T, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> T { try reader.decode() }
    @concurrent func run(_ arguments: T, _ context: Nothing) async throws -> T.Output {
        try await arguments.run()
    }
}

/// A task type that returns nothing.
struct VoidTaskBody<T: ProcessTask>: PortableBody where T.Output == Void {
    static func encode(_ arguments: T, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> T { try reader.decode() }
    @concurrent func run(_ arguments: T, _ context: Nothing) async throws -> Nothing {
        try await arguments.run()
        return Nothing()
    }
}

/// A task type of which nobody wants the result.
struct DetachedTaskBody<T: ProcessTask>: PortableBody {
    static func encode(_ arguments: T, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> T { try reader.decode() }
    @concurrent func run(_ arguments: T, _ context: Nothing) async throws -> Nothing {
        _ = try await arguments.run()
        return Nothing()
    }
}
