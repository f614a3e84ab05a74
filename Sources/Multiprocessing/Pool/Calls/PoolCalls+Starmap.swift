extension PoolCalls {
    /// Runs a body for each tuple of arguments and waits for all results, in order; Python's `starmap`.
    ///
    /// - Parameters:
    ///   - inputs: the tuples, without labels.
    ///   - chunkSize: how many inputs travel together; nil finds the size out as the call goes on, from how long they
    ///     take.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: the results in the order of the inputs.
    /// - Throws: the same as `map`.
    @discardableResult
    public nonisolated(nonsending) func starmap<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> R
    ) async throws -> [R] where S.Element == (A, B) {
        try await collect(
            inputs, Body2(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap")
    }

    /// Runs a body for each tuple, with two arguments and no result.
    ///
    /// Everything else is as with the first `starmap`.
    @_disfavoredOverload
    public nonisolated(nonsending) func starmap<S: Sequence, A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) async throws where S.Element == (A, B) {
        _ = try await collect(
            inputs, VoidBody2(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap"
        )
    }

    /// Runs a body for each tuple, with three arguments.
    ///
    /// Everything else is as with the first `starmap`.
    @discardableResult
    public nonisolated(nonsending) func starmap<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> R
    ) async throws -> [R] where S.Element == (A, B, C) {
        try await collect(
            inputs, Body3(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap")
    }

    /// Runs a body for each tuple, with three arguments and no result.
    ///
    /// Everything else is as with the first `starmap`.
    @_disfavoredOverload
    public nonisolated(nonsending) func starmap<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> Void
    ) async throws where S.Element == (A, B, C) {
        _ = try await collect(
            inputs, VoidBody3(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap"
        )
    }

    /// Runs a body for each tuple, with four arguments.
    ///
    /// Everything else is as with the first `starmap`.
    @discardableResult
    public nonisolated(nonsending) func starmap<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        D: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> R
    ) async throws -> [R] where S.Element == (A, B, C, D) {
        try await collect(
            inputs, Body4(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap")
    }

    /// Runs a body for each tuple, with four arguments and no result.
    ///
    /// Everything else is as with the first `starmap`.
    @_disfavoredOverload
    public nonisolated(nonsending) func starmap<
        S: Sequence, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: S, chunkSize: Int? = nil, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C, D) async throws -> Void
    ) async throws where S.Element == (A, B, C, D) {
        _ = try await collect(
            inputs, VoidBody4(body: body), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "starmap"
        )
    }
}
