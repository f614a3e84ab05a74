import MultiprocessingCore

/// A closure over an element and a context that is the same for all elements.
struct ContextBody<A: Portable, C: Portable, R: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, C) async throws -> R
    static func encode(_ arguments: A, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> A { try reader.decode() }
    @concurrent func run(_ arguments: A, _ context: C) async throws -> R {
        try await body(arguments, context)
    }
    @concurrent func run(_ stretch: inout Stretch, _ context: C) async throws {
        while let a = unsafe stretch.next(A.self) { stretch.put(try await body(unsafe a.pointee, context)) }
    }
}

/// The same for a closure that returns nothing.
struct VoidContextBody<A: Portable, C: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, C) async throws -> Void
    static func encode(_ arguments: A, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> A { try reader.decode() }
    @concurrent func run(_ arguments: A, _ context: C) async throws -> Nothing {
        try await body(arguments, context)
        return Nothing()
    }
}
