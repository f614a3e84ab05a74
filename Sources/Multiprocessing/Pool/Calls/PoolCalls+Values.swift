extension PoolCalls {
    /// Streams the values that a body sends while it runs in a worker.
    ///
    /// - Parameters:
    ///   - type: what the values are.
    ///   - timeout: how long the body may run; nil sets no limit.
    ///   - body: the work; it calls what it is given with each value.
    /// - Returns: the values. Its errors are those of `apply`, thrown behind the values that came before.
    public nonisolated func stream<E: Codable & Sendable>(
        of type: E.Type = E.self, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (ValueEmitter<E>) async throws -> Void
    ) -> PoolValues<E> {
        PoolValues { connection in
            try once.submit(EmittingBody0(body: body), connection, timeout: timeout, label: "stream") { _ in }
        }
    }

    /// Streams the values that a body of one argument sends while it runs in a worker.
    ///
    /// Everything else is as with the first `stream`.
    public nonisolated func stream<A: Codable & Sendable, E: Codable & Sendable>(
        _ a: A, of type: E.Type = E.self, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, ValueEmitter<E>) async throws -> Void
    ) -> PoolValues<E> {
        PoolValues { connection in
            try once.submit(EmittingBody1(body: body), (a, connection), timeout: timeout, label: "stream") {
                _ in
            }
        }
    }

    /// Streams the values that a body of two arguments sends while it runs in a worker.
    ///
    /// Everything else is as with the first `stream`.
    public nonisolated func stream<A: Codable & Sendable, B: Codable & Sendable, E: Codable & Sendable>(
        _ a: A, _ b: B, of type: E.Type = E.self, timeout: Duration? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, ValueEmitter<E>) async throws -> Void
    ) -> PoolValues<E> {
        PoolValues { connection in
            try once.submit(EmittingBody2(body: body), (a, b, connection), timeout: timeout, label: "stream")
            {
                _ in
            }
        }
    }

    /// The same pool, for tasks that are not run again: who got the first values would get them once more.
    private nonisolated var once: ProcessPool.View {
        var options = callSite.options
        options.runsOnce = true
        return ProcessPool.View(callSite: PoolCallSite(core: callSite.core, options: options))
    }
}
