import MultiprocessingCore

extension Connection {
    /// Whether there is something to receive, or the other end was closed; Python's `poll`.
    ///
    /// Nothing is taken. Another task or process that holds this end may take what is there before you do.
    ///
    /// - Parameter timeout: how long to wait for it: zero or less only looks, nil waits without a limit.
    /// - Returns: false when the limit is over.
    /// - Throws: a ``MultiprocessingError`` with the code `closed`, or `invalidArgument` for an end that only sends;
    ///   `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func poll(timeout: Duration? = .zero) async throws -> Bool {
        try storage.checkReadable()
        let end = try storage.link.end
        let deadline = timeout.map(Deadline.after)
        try Task.checkCancellation()
        while !storage.hasSomething(end) {
            if let deadline, deadline.hasPassed { return false }
            _ = try await storage.wait(
                for: [WaitPoint(interest: end.interest, direction: .reading)], until: deadline)
        }
        return true
    }
}

extension Connection: Waitable {
    /// Something to receive, or the end of the other side.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `closed`, or `invalidArgument` for an end that only sends.
    public var waitSource: WaitSource {
        get throws {
            try storage.checkReadable()
            let end = try storage.link.end
            let storage = storage
            return WaitSource(
                kind: .event(
                    isReady: { storage.isClosed || storage.hasSomething(end) },
                    observe: { handler in
                        guard let ticket = try? end.interest.await(.reading, handler) else {
                            handler()
                            return {}
                        }
                        return { end.interest.disregard(ticket) }
                    }))
        }
    }
}
