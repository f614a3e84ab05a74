// These exist for the compiler's messages only: without them a result that cannot travel is reported as an
// argument that does not fit.
extension PoolCalls {
    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<R>(
        timeout: Duration? = nil, _ body: @escaping @concurrent @Sendable () async throws -> R
    ) async throws -> R {
        fatalError("unavailable")
    }

    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<A: Codable & Sendable, R>(
        _ a: A, timeout: Duration? = nil, _ body: @escaping @concurrent @Sendable (A) async throws -> R
    ) async throws -> R {
        fatalError("unavailable")
    }

    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<A: Codable & Sendable, B: Codable & Sendable, R>(
        _ a: A, _ b: B, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
    ) async throws -> R {
        fatalError("unavailable")
    }

    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, R
    >(
        _ a: A, _ b: B, _ c: C, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> R
    ) async throws -> R {
        fatalError("unavailable")
    }

    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable, R
    >(
        _ a: A, _ b: B, _ c: C, _ d: D, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> R
    ) async throws -> R {
        fatalError("unavailable")
    }

    /// Refused by the compiler: the body's result cannot travel.
    @available(
        *, unavailable, message: "the result must be Codable & Sendable to travel back from the worker"
    )
    @_disfavoredOverload
    public nonisolated(nonsending) func map<S: Sequence, R>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) async throws -> [R] where S.Element: Codable & Sendable {
        fatalError("unavailable")
    }
}
