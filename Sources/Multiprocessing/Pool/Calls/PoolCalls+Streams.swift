extension PoolCalls {
    /// Streams the results of a body for each input, in the order of the inputs; Python's `imap`.
    ///
    /// - Parameters:
    ///   - inputs: what the body is called with, pulled while the stream is iterated, within a bound.
    ///   - chunkSize: how many inputs travel together; with 1, tiny ones do so unnoticed.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: the stream. Its errors are those of `apply`, thrown by the element they belong to.
    public nonisolated func imap<S: Sequence, R: Codable & Sendable>(
        _ inputs: sending S, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, Body1(body: body), Nothing(), isOrdered: true, chunkSize: chunkSize, timeout: timeout,
            label: "imap")
    }

    /// Streams the results of a body for each input, in the order of the inputs.
    ///
    /// The context crosses once per worker. Everything else is as with the first `imap`.
    public nonisolated func imap<S: Sequence, C: Codable & Sendable, R: Codable & Sendable>(
        _ inputs: sending S, with context: C, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, ContextBody(body: body), context, isOrdered: true, chunkSize: chunkSize, timeout: timeout,
            label: "imap")
    }

    /// Streams the results of a body for each input, in the order of the inputs.
    ///
    /// Everything else is as with the first `imap`.
    public nonisolated func imap<S: AsyncSequence & SendableMetatype, R: Codable & Sendable>(
        _ inputs: sending S, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, Body1(body: body), Nothing(), isOrdered: true, chunkSize: chunkSize, timeout: timeout,
            label: "imap")
    }

    /// Streams the results of a body for each input, in the order of the inputs.
    ///
    /// The context crosses once per worker. Everything else is as with the first `imap`.
    public nonisolated func imap<
        S: AsyncSequence & SendableMetatype, C: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: sending S, with context: C, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, ContextBody(body: body), context, isOrdered: true, chunkSize: chunkSize, timeout: timeout,
            label: "imap")
    }

    /// Streams the results of a body for each input, as they finish; Python's `imap_unordered`.
    ///
    /// - Parameters:
    ///   - inputs: what the body is called with, pulled while the stream is iterated, within a bound.
    ///   - chunkSize: how many inputs travel together; with 1, tiny ones do so unnoticed.
    ///   - timeout: how long the body may run for one input; nil sets no limit.
    ///   - body: the work, which runs in other processes.
    /// - Returns: the stream. Its errors are those of `apply`, thrown by the element they belong to.
    public nonisolated func imapUnordered<S: Sequence, R: Codable & Sendable>(
        _ inputs: sending S, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, Body1(body: body), Nothing(), isOrdered: false, chunkSize: chunkSize, timeout: timeout,
            label: "imapUnordered")
    }

    /// Streams the results of a body for each input, as they finish.
    ///
    /// The context crosses once per worker. Everything else is as with the first `imapUnordered`.
    public nonisolated func imapUnordered<S: Sequence, C: Codable & Sendable, R: Codable & Sendable>(
        _ inputs: sending S, with context: C, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, ContextBody(body: body), context, isOrdered: false, chunkSize: chunkSize,
            timeout: timeout,
            label: "imapUnordered")
    }

    /// Streams the results of a body for each input, as they finish.
    ///
    /// Everything else is as with the first `imapUnordered`.
    public nonisolated func imapUnordered<S: AsyncSequence & SendableMetatype, R: Codable & Sendable>(
        _ inputs: sending S, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, Body1(body: body), Nothing(), isOrdered: false, chunkSize: chunkSize, timeout: timeout,
            label: "imapUnordered")
    }

    /// Streams the results of a body for each input, as they finish.
    ///
    /// The context crosses once per worker. Everything else is as with the first `imapUnordered`.
    public nonisolated func imapUnordered<
        S: AsyncSequence & SendableMetatype, C: Codable & Sendable, R: Codable & Sendable
    >(
        _ inputs: sending S, with context: C, chunkSize: Int = 1, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (S.Element, C) async throws -> R
    ) -> PoolResults<R> where S.Element: Codable & Sendable {
        stream(
            inputs, ContextBody(body: body), context, isOrdered: false, chunkSize: chunkSize,
            timeout: timeout,
            label: "imapUnordered")
    }
}
