import MultiprocessingCore

// The bodies of two to four arguments; Bodies.swift says why they are written out.

struct Body2<A: Portable, B: Portable, R: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B) async throws -> R
    static var packing: PackedLayout? { .find(tuple: (A, B).self, of: A.self, B.self) }
    static func encode(_ arguments: (A, B), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B) {
        (try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B), _ context: Nothing) async throws -> R {
        try await body(arguments.0, arguments.1)
    }
    @concurrent func run(_ stretch: inout Stretch, _ context: Nothing) async throws {
        while let both = unsafe stretch.next((A, B).self) {
            stretch.put(try await body(unsafe both.pointee.0, unsafe both.pointee.1))
        }
    }
}

struct VoidBody2<A: Portable, B: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B) async throws -> Void
    static var packing: PackedLayout? { .find(tuple: (A, B).self, of: A.self, B.self) }
    static func encode(_ arguments: (A, B), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B) {
        (try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B), _ context: Nothing) async throws -> Nothing {
        try await body(arguments.0, arguments.1)
        return Nothing()
    }
}

struct Body3<A: Portable, B: Portable, C: Portable, R: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B, C) async throws -> R
    static var packing: PackedLayout? { .find(tuple: (A, B, C).self, of: A.self, B.self, C.self) }
    static func encode(_ arguments: (A, B, C), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
        try writer.append(encoding: arguments.2)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B, C) {
        (try reader.decode(), try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B, C), _ context: Nothing) async throws -> R {
        try await body(arguments.0, arguments.1, arguments.2)
    }
}

struct VoidBody3<A: Portable, B: Portable, C: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B, C) async throws -> Void
    static var packing: PackedLayout? { .find(tuple: (A, B, C).self, of: A.self, B.self, C.self) }
    static func encode(_ arguments: (A, B, C), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
        try writer.append(encoding: arguments.2)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B, C) {
        (try reader.decode(), try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B, C), _ context: Nothing) async throws -> Nothing {
        try await body(arguments.0, arguments.1, arguments.2)
        return Nothing()
    }
}

struct Body4<A: Portable, B: Portable, C: Portable, D: Portable, R: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B, C, D) async throws -> R
    static var packing: PackedLayout? {
        .find(tuple: (A, B, C, D).self, of: A.self, B.self, C.self, D.self)
    }
    static func encode(_ arguments: (A, B, C, D), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
        try writer.append(encoding: arguments.2)
        try writer.append(encoding: arguments.3)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B, C, D) {
        (try reader.decode(), try reader.decode(), try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B, C, D), _ context: Nothing) async throws -> R {
        try await body(arguments.0, arguments.1, arguments.2, arguments.3)
    }
}

struct VoidBody4<A: Portable, B: Portable, C: Portable, D: Portable>: PortableBody {
    let body: @concurrent @Sendable (A, B, C, D) async throws -> Void
    static var packing: PackedLayout? {
        .find(tuple: (A, B, C, D).self, of: A.self, B.self, C.self, D.self)
    }
    static func encode(_ arguments: (A, B, C, D), into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments.0)
        try writer.append(encoding: arguments.1)
        try writer.append(encoding: arguments.2)
        try writer.append(encoding: arguments.3)
    }
    static func decodeArguments(from reader: inout MessageReader) throws -> (A, B, C, D) {
        (try reader.decode(), try reader.decode(), try reader.decode(), try reader.decode())
    }
    @concurrent func run(_ arguments: (A, B, C, D), _ context: Nothing) async throws -> Nothing {
        try await body(arguments.0, arguments.1, arguments.2, arguments.3)
        return Nothing()
    }
}
