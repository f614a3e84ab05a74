import Synchronization

extension AsyncResult {
    /// When a wait for several results is over.
    public enum Goal: Sendable, Hashable {
        /// As soon as one is done.
        case first
        /// As soon as one has failed or was cancelled, else when all are done.
        case firstFailure
        /// When all are done.
        case all
    }

    /// Waits for several results; Python's `concurrent.futures.wait`.
    ///
    /// ```swift
    /// let (done, pending) = try await AsyncResult.wait(for: jobs, until: .first)
    /// ```
    ///
    /// - Parameters:
    ///   - results: what is waited for; what is given twice counts once.
    ///   - goal: when the wait is over.
    ///   - timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: those that are done, however, and those that are not, each in the order in which they were given.
    /// - Throws: only `CancellationError`, when the waiting task is cancelled. A limit that is over is not an error, and
    ///   neither is one of a result.
    public static nonisolated(nonsending) func wait(
        for results: [AsyncResult], until goal: Goal = .all, timeout: Duration? = nil
    ) async throws -> (done: [AsyncResult], pending: [AsyncResult]) {
        try Task.checkCancellation()
        let results = unique(results)
        let reached = Latch<Void>()
        if results.isEmpty { reached.close(()) }
        var observations: [(AsyncResult, UInt64)] = []
        defer { for (result, id) in observations { result.source.disregard(id) } }
        let counter = Countdown(results.count)
        for result in results {
            let id = result.source.observe {
                let isLast = counter.count()
                let hasFailed = goal == .firstFailure && !result.isSuccessful
                if isLast || goal == .first || hasFailed { reached.close(()) }
            }
            if let id { observations.append((result, id)) }
        }
        _ = try await reached.wait(timeout: timeout)
        return (results.filter(\.isReady), results.filter { !$0.isReady })
    }

    /// The results as they are done; Python's `concurrent.futures.as_completed`.
    ///
    /// ```swift
    /// for try await job in AsyncResult.asCompleted(jobs, timeout: .seconds(10)) { print(try await job.value) }
    /// ```
    ///
    /// - Parameters:
    ///   - results: what is waited for; what is given twice comes once.
    ///   - timeout: the limit for all of them, from the beginning of the iteration; nil for none.
    /// - Returns: a sequence of the same handles, those that are done already first. When the limit is over it throws a
    ///   ``MultiprocessingError`` with the code `timeout`, which says how many are left; they go on.
    public static func asCompleted(
        _ results: [AsyncResult], timeout: Duration? = nil
    ) -> CompletedResults<Value> {
        CompletedResults(results: unique(results), timeout: timeout)
    }

    private static func unique(_ results: [AsyncResult]) -> [AsyncResult] {
        var seen: Set<ObjectIdentifier> = []
        return results.filter { seen.insert(ObjectIdentifier($0)).inserted }
    }
}

/// Counts down to zero, from any thread.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) {
        left = Mutex(count)
    }

    /// One less; true for the last one.
    func count() -> Bool {
        left.withLock { left in
            left -= 1
            return left == 0
        }
    }
}
