import MultiprocessingCore

extension ProcessPool {
    /// Starts all workers and waits until each of them is prepared for its first task.
    ///
    /// That is not needed before a call, only for calls that are not to wait for the workers' starts. Cancelling
    /// the task ends the wait; the workers start all the same.
    ///
    /// - Throws: what the initializer throws; a ``MultiprocessingError`` when a worker cannot be started or the pool
    ///   takes no more work; `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func warmUp() async throws {
        try await core.warmUp()
    }

    /// Changes the number of workers.
    ///
    /// New ones are started at once, unless the pool starts its workers when there is work. Surplus ones take
    /// no more work; the call returns when they have done what they hold and have left. No task is lost. With
    /// `minWorkers` in its configuration, the pool keeps that as the minimum.
    ///
    /// - Parameter workers: how many there are from now on, 1 to 1024.
    /// - Throws: a ``MultiprocessingError`` for a number that is out of range, and when the pool takes no more work;
    ///   `CancellationError` when the task is cancelled, which ends the wait only.
    public nonisolated(nonsending) func resize(to workers: Int) async throws {
        guard (1...Doorbell.maximumWorkers).contains(workers) else {
            throw MultiprocessingError(
                .invalidArgument, "a pool has 1 to \(Doorbell.maximumWorkers) workers, not \(workers)")
        }
        try await core.resize(to: workers)
    }

    /// Replaces all workers, without losing a task.
    ///
    /// Each works on until its successor is prepared, does what it holds, and leaves; so for a while there are up to
    /// twice as many processes. The call returns when the last of the present workers has left.
    ///
    /// - Throws: a ``MultiprocessingError`` when the pool takes no more work, or breaks; `CancellationError` when the
    ///   task is cancelled, which ends the wait only.
    public nonisolated(nonsending) func roll() async throws {
        try await core.roll()
    }

    /// Whether the pool takes work, or still does what it has accepted.
    public nonisolated var isActive: Bool { core.isActive }

    /// The workers that are there now, in the order of their seats; those that are leaving among them.
    public nonisolated var workerStatuses: [WorkerStatus] {
        (0..<core.seats).compactMap { core.status(of: $0)?.0 }
    }
}
