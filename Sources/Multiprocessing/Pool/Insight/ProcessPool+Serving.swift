import MultiprocessingCore
import Synchronization

extension ProcessPool {
    /// Processors that this process may use: its affinity, limited by the quota of its control group.
    ///
    /// So many workers has a pool that is told no number. Python's `process_cpu_count`.
    public static var usableProcessorCount: Int { Processor.usableCount }

    /// Processors of the machine, whether or not this process may use them; Python's `cpu_count`.
    public static var processorCount: Int { Processor.count }

    /// Waits until the pool has ended, and ends it in good order when the task is cancelled.
    ///
    /// Then it takes no more work, what was accepted may go on for as long as the configuration's `drainTimeout` says, and what
    /// is not done by then is terminated. It has the form of a service's main function in ServiceLifecycle.
    ///
    /// - Throws: why the pool broke, if it did; nothing for an end that somebody asked for.
    public nonisolated(nonsending) func run() async throws {
        do {
            _ = try await core.finished.wait()
        } catch {
            await shutdown(within: core.configuration.drainTimeout)
        }
        if let reason = core.breakage { throw reason }
    }

    /// Closes the pool, gives accepted work so much time, and terminates what is not done by then.
    ///
    /// Returns when the last worker is gone. Cancelling the task changes nothing: the time is limited anyway.
    ///
    /// - Parameter limit: zero or less terminates at once.
    /// - Returns: whether all accepted work was done.
    @discardableResult
    public nonisolated(nonsending) func shutdown(within limit: Duration) async -> Bool {
        core.close()
        // In a task of its own, because a cancelled one does not wait.
        let isDone = await Task { [core] in (try? await core.finished.wait(timeout: limit)) != nil }.value
        if !isDone {
            core.terminate(
                MultiprocessingError(
                    .poolTerminated, "the pool was shut down, and the task was not done within \(limit)"))
            await core.waitUntilFinished()
        }
        return isDone
    }
}

extension PoolCore {
    /// Why the pool broke; nil when it did not.
    var breakage: (any Error)? {
        state.withLock { state in
            (state.failure as? MultiprocessingError)?.code == .poolTerminated ? nil : state.failure
        }
    }
}
