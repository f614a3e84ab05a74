extension PoolCalls {
    /// Runs a body for each input and waits for all results, in order; Python's `map`.
    ///
    /// - Parameters:
    ///   - inputs: what the body is called with; all of it is read before the first result.
    ///   - chunkSize: how many inputs travel together; nil finds the size out as the call goes on, from how long they
    ///     take.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: the results in the order of the inputs.
    /// - Throws: the error of the first input, in order, that has one; the rest is given up. Which errors there are,
    ///   and what cancelling the task does, is as with `apply`.
    @discardableResult
    public nonisolated(nonsending) func map<S: Sequence, R: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) async throws -> [R] where S.Element: Codable & Sendable {
        try await collect(inputs, Body1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body that returns nothing for each input.
    ///
    /// Everything else is as with the first `map`.
    @_disfavoredOverload
    public nonisolated(nonsending) func map<S: Sequence>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> Void
    ) async throws where S.Element: Codable & Sendable {
        _ = try await collect(
            inputs, VoidBody1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body for each input and waits for all results.
    ///
    /// The context crosses once per worker, not with each input; one of 1 MiB or more, once for all workers.
    @discardableResult
    public nonisolated(nonsending) func map<S: Sequence, C: Codable & Sendable, R: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) async throws -> [R] where S.Element: Codable & Sendable {
        try await collect(inputs, ContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body that returns nothing for each input.
    ///
    /// The context crosses once per worker, not with each input.
    @_disfavoredOverload
    public nonisolated(nonsending) func map<S: Sequence, C: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> Void
    ) async throws where S.Element: Codable & Sendable {
        _ = try await collect(
            inputs, VoidContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body for each input and waits for all results.
    ///
    /// Everything else is as with the first `map`. The input is pulled as it comes.
    @discardableResult
    public nonisolated(nonsending) func map<S: AsyncSequence, R: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) async throws -> [R] where S.Element: Codable & Sendable {
        try await collect(inputs, Body1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body that returns nothing for each input.
    ///
    /// Everything else is as with the first `map`. The input is pulled as it comes.
    @_disfavoredOverload
    public nonisolated(nonsending) func map<S: AsyncSequence>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> Void
    ) async throws where S.Element: Codable & Sendable {
        _ = try await collect(
            inputs, VoidBody1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body for each input and waits for all results.
    ///
    /// The context crosses once per worker, not with each input. The input is pulled as it comes.
    @discardableResult
    public nonisolated(nonsending) func map<S: AsyncSequence, C: Codable & Sendable, R: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) async throws -> [R] where S.Element: Codable & Sendable {
        try await collect(inputs, ContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body that returns nothing for each input.
    ///
    /// The context crosses once per worker, not with each input. The input is pulled as it comes.
    @_disfavoredOverload
    public nonisolated(nonsending) func map<S: AsyncSequence, C: Codable & Sendable>(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> Void
    ) async throws where S.Element: Codable & Sendable {
        _ = try await collect(
            inputs, VoidContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout)
    }
}
