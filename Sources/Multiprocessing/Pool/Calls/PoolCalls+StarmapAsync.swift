extension PoolCalls {
    /// Starts a `starmap` and returns at once, with two arguments.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    public nonisolated func starmapAsync<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
    ) throws -> AsyncResult<[R]> where S.Element == (A, B) {
        try collectAsync(
            Array(inputs), Body2(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { $0 }
    }

    /// Starts a `starmap` and returns at once, with two arguments and no result.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func starmapAsync<S: Sequence, A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) throws -> AsyncResult<Void> where S.Element == (A, B) {
        try collectAsync(
            Array(inputs), VoidBody2(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { _ in }
    }

    /// Starts a `starmap` and returns at once, with three arguments.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    public nonisolated func starmapAsync<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> R
    ) throws -> AsyncResult<[R]> where S.Element == (A, B, C) {
        try collectAsync(
            Array(inputs), Body3(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { $0 }
    }

    /// Starts a `starmap` and returns at once, with three arguments and no result.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func starmapAsync<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> Void
    ) throws -> AsyncResult<Void> where S.Element == (A, B, C) {
        try collectAsync(
            Array(inputs), VoidBody3(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { _ in }
    }

    /// Starts a `starmap` and returns at once, with four arguments.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    public nonisolated func starmapAsync<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        D: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> R
    ) throws -> AsyncResult<[R]> where S.Element == (A, B, C, D) {
        try collectAsync(
            Array(inputs), Body4(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { $0 }
    }

    /// Starts a `starmap` and returns at once, with four arguments and no result.
    ///
    /// Everything else is as with `mapAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func starmapAsync<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> Void
    ) throws -> AsyncResult<Void> where S.Element == (A, B, C, D) {
        try collectAsync(
            Array(inputs), VoidBody4(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "starmapAsync"
        ) { _ in }
    }
}
