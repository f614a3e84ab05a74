import MultiprocessingCore

/// The closure types that a library would declare, each alone in a struct, as it would send them.
struct Shipped0<R: Codable & Sendable> { let body: @concurrent @Sendable () async throws -> R }
struct Shipped1<A: Codable & Sendable, R: Codable & Sendable> {
    let body: @concurrent @Sendable (A) async throws -> R
}
struct Shipped2<A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable> {
    let body: @concurrent @Sendable (A, B) async throws -> R
}
struct ShippedVoid { let body: @concurrent @Sendable () async throws -> Void }

/// A shipped closure with its arguments, found on the other side by its type alone.
protocol Work {
    static func run(_ function: borrowing OwnedFunction, from reader: inout ByteReader) throws
        -> @Sendable () async throws -> String
}

/// One closure of the table.
struct Row: Sendable {
    enum Expectation: Sendable {
        case result(String)
        /// The words that the refusal must contain.
        case refusal(String)
        /// A result in debug builds.
        ///
        /// Optimised builds drop what a type that nothing but this capture uses is known by, unless they are
        /// built for tests; then there is a result too.
        case refusalWhenOptimized(String, otherwise: String)
        /// A result in optimised builds, which leave out what debug builds wrap around the closure.
        case refusalUnlessOptimized(String, otherwise: String)
    }

    let name: String
    let expectation: Expectation
    /// Writes the type of the work, the closure and its arguments.
    let encode: @Sendable (inout ByteWriter) throws -> Void

    var expectedResult: String? {
        switch expectation {
        case .result(let text): return text
        case .refusal: return nil
        case .refusalWhenOptimized(_, let text): return text
        case .refusalUnlessOptimized(_, let text): return isOptimized ? text : nil
        }
    }

    var expectedRefusal: String? {
        switch expectation {
        case .result: return nil
        case .refusal(let text): return text
        case .refusalWhenOptimized(let text, _): return isOptimized ? text : nil
        case .refusalUnlessOptimized(let text, _): return isOptimized ? nil : text
        }
    }
}

#if DEBUG
    let isOptimized = false
#else
    let isOptimized = true
#endif

private func words<Body>(_ body: Body) -> FunctionWords {
    unsafe unsafeBitCast(body, to: FunctionWords.self)
}

private func encode<Body>(_ body: Body, as work: Any.Type, into writer: inout ByteWriter) throws {
    try TypeReference.encode(work, into: &writer)
    var attachments: [SharedDescriptor] = []
    try withExtendedLifetime(body) {
        try FunctionTransport.encode(words(body), into: &writer, attachments: &attachments)
    }
}

struct NoClosure: Error {}

struct Work0<R: Codable & Sendable>: Work {
    static func run(_ function: borrowing OwnedFunction, from reader: inout ByteReader) throws
        -> @Sendable () async throws -> String
    {
        guard let shipped = function.closure(as: Shipped0<R>.self) else { throw NoClosure() }
        let body = shipped.body
        return { String(describing: try await body()) }
    }
}

struct Work1<A: Codable & Sendable, R: Codable & Sendable>: Work {
    static func run(_ function: borrowing OwnedFunction, from reader: inout ByteReader) throws
        -> @Sendable () async throws -> String
    {
        guard let shipped = function.closure(as: Shipped1<A, R>.self) else { throw NoClosure() }
        let body = shipped.body
        let a = try BinaryDecoder().decode(A.self, from: &reader)
        return { String(describing: try await body(a)) }
    }
}

struct Work2<A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable>: Work {
    static func run(_ function: borrowing OwnedFunction, from reader: inout ByteReader) throws
        -> @Sendable () async throws -> String
    {
        guard let shipped = function.closure(as: Shipped2<A, B, R>.self) else { throw NoClosure() }
        let body = shipped.body
        let a = try BinaryDecoder().decode(A.self, from: &reader)
        let b = try BinaryDecoder().decode(B.self, from: &reader)
        return { String(describing: try await body(a, b)) }
    }
}

struct VoidWork: Work {
    static func run(_ function: borrowing OwnedFunction, from reader: inout ByteReader) throws
        -> @Sendable () async throws -> String
    {
        guard let shipped = function.closure(as: ShippedVoid.self) else { throw NoClosure() }
        let body = shipped.body
        return { String(describing: try await body()) }
    }
}

func row<R: Codable & Sendable>(
    _ name: String, _ expectation: Row.Expectation,
    _ body: @escaping @concurrent @Sendable () async throws -> R
) -> Row {
    let shipped = Shipped0(body: body)
    return Row(name: name, expectation: expectation) { writer in
        try encode(shipped, as: Work0<R>.self, into: &writer)
    }
}

func voidRow(
    _ name: String, _ expectation: Row.Expectation,
    _ body: @escaping @concurrent @Sendable () async throws -> Void
) -> Row {
    let shipped = ShippedVoid(body: body)
    return Row(name: name, expectation: expectation) { writer in
        try encode(shipped, as: VoidWork.self, into: &writer)
    }
}

func row<A: Codable & Sendable, R: Codable & Sendable>(
    _ name: String, _ a: A, _ expectation: Row.Expectation,
    _ body: @escaping @concurrent @Sendable (A) async throws -> R
) -> Row {
    let shipped = Shipped1(body: body)
    return Row(name: name, expectation: expectation) { writer in
        try encode(shipped, as: Work1<A, R>.self, into: &writer)
        try BinaryEncoder().encode(a, into: &writer)
    }
}

func row<A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable>(
    _ name: String, _ a: A, _ b: B, _ expectation: Row.Expectation,
    _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
) -> Row {
    let shipped = Shipped2(body: body)
    return Row(name: name, expectation: expectation) { writer in
        try encode(shipped, as: Work2<A, B, R>.self, into: &writer)
        try BinaryEncoder().encode(a, into: &writer)
        try BinaryEncoder().encode(b, into: &writer)
    }
}
