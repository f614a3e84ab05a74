import MultiprocessingCore

/// Until when the calls of a task may take.
enum CallLimit {
    @TaskLocal static var current: Deadline?
}

extension ManagerSystem {
    /// Gives a limit of time to every call that the body makes of managed objects.
    ///
    /// ```swift
    /// let left = try await ManagerSystem.withTimeout(.seconds(5)) { try await stock.reserve("A-1", 2) }
    /// ```
    ///
    /// The limit is that of all calls together, not of each. An outer limit that is shorter stays.
    ///
    /// - Parameters:
    ///   - timeout: the limit; zero or less is over at once.
    ///   - isolation: the actor that `body` runs on, by default the caller's.
    ///   - body: what makes calls.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; a call that is not over within the limit throws a ``MultiprocessingError`` with
    ///   the code `timeout`, and its method is cancelled.
    public static func withTimeout<Result>(
        _ timeout: Duration, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let deadline = Deadline.after(timeout)
        let limit = CallLimit.current.map { min($0, deadline) } ?? deadline
        return try await CallLimit.$current.withValue(limit, operation: body, isolation: isolation)
    }
}
