extension PoolCalls {
    /// Runs a body for each input and waits for all of them, well or not: an input's error costs no other input.
    ///
    /// ```swift
    /// for result in try await pool.mapResults(files, { try Page(contentsOf: $0) }) {
    ///     if case .failure(let error) = result { print(error) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - inputs: what the body is called with; all of it is read before the first result.
    ///   - chunkSize: how many inputs travel together; nil finds the size out as the call goes on, from how long they
    ///     take.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: for each input its value or its error, in the order of the inputs.
    /// - Throws: what concerns the call as a whole: a ``ClosureRefusedError``, a ``MultiprocessingError`` when the call
    ///   cannot be made, `CancellationError`. An input's error is not thrown.
    public nonisolated(nonsending) func mapResults<S: Sequence, R: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) async throws -> [Result<R, any Error>] where S.Element: Codable & Sendable {
        try await collectResults(
            inputs, Body1(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout)
    }

    /// Runs a body for each input and waits for all of them, well or not.
    ///
    /// The context crosses once per worker, not with each input. Everything else is as with the first `mapResults`.
    public nonisolated(nonsending) func mapResults<
        S: Sequence, C: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: S, with context: C, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) async throws -> [Result<R, any Error>] where S.Element: Codable & Sendable {
        try await collectResults(
            inputs, ContextBody(body: body), context, chunkSize: chunkSize, timeout: timeout)
    }
}
