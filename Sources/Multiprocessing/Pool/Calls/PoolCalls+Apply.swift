extension PoolCalls {
    /// Runs a body in a worker and waits for its result; Python's `apply`.
    ///
    /// The other forms of `apply` take up to four arguments in front, which the compiler checks. What the body
    /// captures travels too if it is `Codable`; it must not be modified after the call.
    ///
    /// - Parameters:
    ///   - timeout: how long the body may run, from its start in the worker; nil sets no limit. The worker of a body
    ///     that runs longer is ended and replaced.
    ///   - body: the work; it runs in another process and sees copies of what it captures and is given.
    /// - Returns: what the body returned.
    /// - Throws: what the body throws, as its own type when that is `Codable`, else as a ``RemoteError``; a
    ///   ``WorkerDiedError`` when the worker ended meanwhile; a ``ClosureRefusedError`` when the body captures what
    ///   cannot travel; a ``MultiprocessingError`` when the pool takes no more work, when a value cannot be
    ///   encoded, or with the code `timeout`.
    ///
    /// Cancelling the task ends the wait at once: a body that has not begun never runs, one that runs sees
    /// `Task.isCancelled`, and its worker is replaced if it does not end soon.
    @discardableResult
    public nonisolated(nonsending) func apply<R: Codable & Sendable>(
        timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable () async throws -> R
    ) async throws -> R {
        try await call(Body0(body: body), (), timeout: timeout)
    }

    /// Runs a body of no argument in a worker that returns nothing.
    ///
    /// Everything else is as with the first `apply`.
    @_disfavoredOverload
    public nonisolated(nonsending) func apply(
        timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable () async throws -> Void
    ) async throws {
        _ = try await call(VoidBody0(body: body), (), timeout: timeout)
    }

    /// Runs a body of one argument in a worker and waits for its result.
    ///
    /// Everything else is as with the first `apply`.
    @discardableResult
    public nonisolated(nonsending) func apply<A: Codable & Sendable, R: Codable & Sendable>(
        _ a: A, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A) async throws -> R
    ) async throws -> R {
        try await call(Body1(body: body), a, timeout: timeout)
    }

    /// Runs a body of one argument in a worker that returns nothing.
    ///
    /// Everything else is as with the first `apply`.
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<A: Codable & Sendable>(
        _ a: A, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A) async throws -> Void
    ) async throws {
        _ = try await call(VoidBody1(body: body), a, timeout: timeout)
    }

    /// Runs a body of two arguments in a worker and waits for its result.
    ///
    /// Everything else is as with the first `apply`.
    @discardableResult
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable
    >(
        _ a: A, _ b: B, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
    ) async throws -> R {
        try await call(Body2(body: body), (a, b), timeout: timeout)
    }

    /// Runs a body of two arguments in a worker that returns nothing.
    ///
    /// Everything else is as with the first `apply`.
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<A: Codable & Sendable, B: Codable & Sendable>(
        _ a: A, _ b: B, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) async throws {
        _ = try await call(VoidBody2(body: body), (a, b), timeout: timeout)
    }

    /// Runs a body of three arguments in a worker and waits for its result.
    ///
    /// Everything else is as with the first `apply`.
    @discardableResult
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, R: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> R
    ) async throws -> R {
        try await call(Body3(body: body), (a, b, c), timeout: timeout)
    }

    /// Runs a body of three arguments in a worker that returns nothing.
    ///
    /// Everything else is as with the first `apply`.
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> Void
    ) async throws {
        _ = try await call(VoidBody3(body: body), (a, b, c), timeout: timeout)
    }

    /// Runs a body of four arguments in a worker and waits for its result.
    ///
    /// Everything else is as with the first `apply`.
    @discardableResult
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable,
        R: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, _ d: D, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> R
    ) async throws -> R {
        try await call(Body4(body: body), (a, b, c, d), timeout: timeout)
    }

    /// Runs a body of four arguments in a worker that returns nothing.
    ///
    /// Everything else is as with the first `apply`.
    @_disfavoredOverload
    public nonisolated(nonsending) func apply<
        A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable
    >(
        _ a: A, _ b: B, _ c: C, _ d: D, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> Void
    ) async throws {
        _ = try await call(VoidBody4(body: body), (a, b, c, d), timeout: timeout)
    }
}
