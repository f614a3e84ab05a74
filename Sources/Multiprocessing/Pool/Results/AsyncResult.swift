/// The handle of work that a pool has accepted; Python's `AsyncResult`.
///
/// ```swift
/// let job = try pool.applyAsync(document) { $0.digest() }
/// let digest = try await job.value(within: .seconds(5))
/// ```
///
/// Waiting with a limit never disturbs the work. The handle may be dropped: the work is done all the same.
public final class AsyncResult<Value: Sendable>: Sendable {
    let source: any ResultSource<Value>

    /// The handle of a single call.
    init<Output: Codable & Sendable>(_ call: SingleCall, _ convert: @escaping @Sendable (Output) -> Value) {
        source = CallSource(call: call, convert: convert)
    }

    /// The handle of work that a task collects; `isRunning` says whether a worker has begun it.
    init(
        isRunning: @escaping @Sendable () -> Bool, work: sending @escaping () async throws -> Value
    ) {
        source = TaskSource(isRunning: isRunning, work: work)
    }

    /// The result, waited for without a limit; Python's `get()`.
    ///
    /// Throws what the work threw or what the pool reports about it, and `CancellationError` when the waiting
    /// task is cancelled, which leaves the work alone.
    public var value: Value {
        get async throws {
            if let result = source.result { return try result.get() }
            guard try await source.wait(timeout: nil), let result = source.result else {
                throw Self.noValue(nil)
            }
            return try result.get()
        }
    }

    /// Waits for the result for at most this long; Python's `get(timeout)`.
    ///
    /// - Parameter limit: zero or less only looks.
    /// - Returns: the value.
    /// - Throws: a ``MultiprocessingError`` with the code `timeout` when it is not there in time; else the same as
    ///   `value`.
    public nonisolated(nonsending) func value(within limit: Duration) async throws -> Value {
        guard try await source.wait(timeout: limit), let result = source.result else {
            throw Self.noValue(limit)
        }
        return try result.get()
    }

    /// Waits until the work is done, well or not; Python's `wait(timeout)`.
    ///
    /// - Parameter limit: nil waits without a limit, zero or less only looks.
    /// - Returns: whether it is done.
    /// - Throws: only `CancellationError`, when the waiting task is cancelled. An error of the work is not thrown.
    @discardableResult
    public nonisolated(nonsending) func wait(for limit: Duration? = nil) async throws -> Bool {
        try await source.wait(timeout: limit)
    }

    /// Whether the work is done, well or not; Python's `ready()`.
    public var isReady: Bool { source.isReady }

    /// Whether the work is done and returned a value; false while it is not done.
    ///
    /// Python's `successful()`.
    public var isSuccessful: Bool {
        if case .success = source.result { true } else { false }
    }

    /// Gives the work up: what has not begun never runs, what runs sees `Task.isCancelled`.
    ///
    /// Whoever waits for the result gets a `CancellationError`. Without effect once the work is done.
    ///
    /// - Returns: false when the work was done already.
    @discardableResult
    public func cancel() -> Bool {
        guard !isReady else { return false }
        source.cancel()
        return true
    }

    /// Calls a handler once with the result, also when it is there already; Python's two callbacks.
    ///
    /// - Parameter handler: runs in a task of its own.
    public func onCompletion(_ handler: @escaping @Sendable (Result<Value, any Error>) async -> Void) {
        Task { [source] in
            // A task that nobody can cancel waits without a limit, so there is a result.
            guard (try? await source.wait(timeout: nil)) == true, let result = source.result else { return }
            await handler(result)
        }
    }

    private static func noValue(_ limit: Duration?) -> MultiprocessingError {
        MultiprocessingError(.timeout, "the result was not there within \(limit ?? .zero); its task goes on")
    }
}
