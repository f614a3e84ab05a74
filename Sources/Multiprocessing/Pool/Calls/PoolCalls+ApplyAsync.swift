extension PoolCalls {
    /// Submits a body and returns at once; Python's `apply_async`.
    ///
    /// The other forms take up to four arguments in front.
    ///
    /// - Parameters:
    ///   - timeout: how long the body may run, from its start in the worker; nil sets no limit.
    ///   - body: the work, which runs in another process.
    /// - Returns: the handle of the result. It may be dropped: the body runs all the same.
    /// - Throws: a ``ClosureRefusedError`` when the body captures what cannot travel; a ``MultiprocessingError`` when
    ///   the pool takes no more work or a value cannot be encoded. What the body throws comes out of the handle.
    @discardableResult
    public nonisolated func applyAsync<R: Codable & Sendable>(
        timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable () async throws -> R
    ) throws -> AsyncResult<R> {
        try submit(Body0(body: body), (), timeout: timeout) { $0 }
    }

    /// Submits a body of no argument that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func applyAsync(
        timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable () async throws -> Void
    ) throws -> AsyncResult<Void> {
        try submit(VoidBody0(body: body), (), timeout: timeout) { _ in }
    }

    /// Submits a body of one argument and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    public nonisolated func applyAsync<A: Codable & Sendable, R: Codable & Sendable>(
        _ a: A, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A) async throws -> R
    ) throws -> AsyncResult<R> {
        try submit(Body1(body: body), a, timeout: timeout) { $0 }
    }

    /// Submits a body of one argument that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func applyAsync<A: Codable & Sendable>(
        _ a: A, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A) async throws -> Void
    ) throws -> AsyncResult<Void> {
        try submit(VoidBody1(body: body), a, timeout: timeout) { _ in }
    }

    /// Submits a body of two arguments and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    public nonisolated func applyAsync<A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable>(
        _ a: A, _ b: B, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
    ) throws -> AsyncResult<R> {
        try submit(Body2(body: body), (a, b), timeout: timeout) { $0 }
    }

    /// Submits a body of two arguments that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func applyAsync<A: Codable & Sendable, B: Codable & Sendable>(
        _ a: A, _ b: B, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) throws -> AsyncResult<Void> {
        try submit(VoidBody2(body: body), (a, b), timeout: timeout) { _ in }
    }

    /// Submits a body of three arguments and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    public nonisolated func applyAsync<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, R: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> R
    ) throws -> AsyncResult<R> {
        try submit(Body3(body: body), (a, b, c), timeout: timeout) { $0 }
    }

    /// Submits a body of three arguments that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func applyAsync<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ a: A, _ b: B, _ c: C, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> Void
    ) throws -> AsyncResult<Void> {
        try submit(VoidBody3(body: body), (a, b, c), timeout: timeout) { _ in }
    }

    /// Submits a body of four arguments and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    public nonisolated func applyAsync<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable,
        R: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, _ d: D, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> R
    ) throws -> AsyncResult<R> {
        try submit(Body4(body: body), (a, b, c, d), timeout: timeout) { $0 }
    }

    /// Submits a body of four arguments that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `applyAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func applyAsync<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, _ d: D, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> Void
    ) throws -> AsyncResult<Void> {
        try submit(VoidBody4(body: body), (a, b, c, d), timeout: timeout) { _ in }
    }
}
