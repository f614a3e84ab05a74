import MultiprocessingCore

// One struct for each number of arguments, because closures over parameter packs crash the compiler, and one
// more of each for closures that return nothing: `Void` is not Codable, and a closure that returns it has
// another representation than a generic one. Each closure is spelled exactly as in the public signatures.

typealias Portable = Codable & Sendable

struct Body0<R: Portable>: PortableBody {
    let body: @concurrent @Sendable () async throws -> R
    static func encode(_ arguments: Void, into writer: inout MessageWriter) {}
    static func decodeArguments(from reader: inout MessageReader) {}
    @concurrent func run(_ arguments: Void, _ context: Nothing) async throws -> R { try await body() }
}

struct VoidBody0: PortableBody {
    let body: @concurrent @Sendable () async throws -> Void
    static func encode(_ arguments: Void, into writer: inout MessageWriter) {}
    static func decodeArguments(from reader: inout MessageReader) {}
    @concurrent func run(_ arguments: Void, _ context: Nothing) async throws -> Nothing {
        try await body()
        return Nothing()
    }
}

struct Body1<A: Portable, R: Portable>: PortableBody {
    let body: @concurrent @Sendable (A) async throws -> R
    static func encode(_ arguments: A, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> A { try reader.decode() }
    @concurrent func run(_ arguments: A, _ context: Nothing) async throws -> R { try await body(arguments) }
    @concurrent func run(_ stretch: inout Stretch, _ context: Nothing) async throws {
        while let a = unsafe stretch.next(A.self) { stretch.put(try await body(unsafe a.pointee)) }
    }
}

struct VoidBody1<A: Portable>: PortableBody {
    let body: @concurrent @Sendable (A) async throws -> Void
    static func encode(_ arguments: A, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> A { try reader.decode() }
    @concurrent func run(_ arguments: A, _ context: Nothing) async throws -> Nothing {
        try await body(arguments)
        return Nothing()
    }
}
