extension PoolCalls {
    /// Starts a `map` and returns at once; Python's `map_async`.
    ///
    /// - Parameters:
    ///   - inputs: what the body is called with; it is read at once.
    ///   - chunkSize: how many inputs travel together; nil cuts the input into four chunks for each worker.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: the handle of the results. It may be dropped: the work is done all the same.
    /// - Throws: a ``ClosureRefusedError`` or a ``MultiprocessingError`` when the call cannot be made. What the body
    ///   throws comes out of the handle.
    @discardableResult
    public nonisolated func mapAsync<S: Sequence, R: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) throws -> AsyncResult<[R]> where S.Element: Codable & Sendable {
        try collectAsync(
            Array(inputs), Body1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "mapAsync"
        ) { $0 }
    }

    /// Starts a `map` of a body that returns nothing and returns at once.
    ///
    /// Everything else is as with the first `mapAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func mapAsync<S: Sequence>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> Void
    ) throws -> AsyncResult<Void> where S.Element: Codable & Sendable {
        try collectAsync(
            Array(inputs), VoidBody1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout,
            label: "mapAsync"
        ) { _ in }
    }

    /// Starts a `map` with a context and returns at once.
    ///
    /// Everything else is as with the first `mapAsync`.
    @discardableResult
    public nonisolated func mapAsync<S: Sequence, C: Codable & Sendable, R: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) throws -> AsyncResult<[R]> where S.Element: Codable & Sendable {
        try collectAsync(
            Array(inputs), ContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout,
            label: "mapAsync"
        ) { $0 }
    }

    /// Starts a `map` of a body that returns nothing with a context and returns at once.
    ///
    /// Everything else is as with the first `mapAsync`.
    @discardableResult
    @_disfavoredOverload
    public nonisolated func mapAsync<S: Sequence, C: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> Void
    ) throws -> AsyncResult<Void> where S.Element: Codable & Sendable {
        try collectAsync(
            Array(inputs), VoidContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout,
            label: "mapAsync"
        ) { _ in }
    }
}
