import MultiprocessingCore

/// Processes that run closures for this one; Python's `Pool`.
///
/// ```swift
/// try await withProcessPool(workers: 4) { pool in
///     let squares = try await pool.map(1...10) { $0 * $0 }
/// }
/// ```
///
/// Prefer ``withProcessPool(workers:backend:context:configuration:maxTasksPerChild:initializer:finalizer:isolation:_:)``, whose end is the pool's end. An open-ended pool is for
/// services: they owe it ``shutdown()``, or ``terminate()`` and ``join()``. A pool that is dropped without
/// either is terminated.
///
/// A worker that dies costs exactly the tasks it had begun, each of which throws a ``WorkerDiedError``; it is
/// replaced and the pool goes on. Workers end when this process ends, however it does.
public actor ProcessPool: PoolCalls {
    /// The number of workers, or the most that there may be.
    public nonisolated var workers: Int { core.workers }

    nonisolated let core: PoolCore

    /// The pool itself, with no options.
    public nonisolated var callSite: PoolCallSite { PoolCallSite(core: core, options: CallOptions()) }

    /// Starts a pool; its workers start in the background and tasks may be given to it at once.
    ///
    /// - Parameters:
    ///   - workers: how many processes work, 1 to 1024; nil takes one for each usable processor, which the
    ///     affinity of this process and the quota of its control group limit.
    ///   - backend: what the workers are: processes, or threads of this one.
    ///   - context: how worker processes are started.
    ///   - configuration: how the pool treats its workers and tasks.
    ///   - maxTasksPerChild: a worker that has run so many tasks leaves, and another one takes its place; a chunk of a
    ///     map is one task. Nil lets workers stay.
    ///   - initializer: what each worker does once, before its first task. What it throws breaks the pool: its calls
    ///     throw that error.
    ///   - finalizer: what a worker does when it leaves in good order; a worker that is ended, or that the pool's
    ///     `terminate()` ends, does not.
    /// - Throws: a ``MultiprocessingError`` for arguments that no pool can be made with, in a daemon, and when memory or
    ///   descriptors for the pool cannot be had; a ``ClosureRefusedError`` when the initializer or the finalizer captures
    ///   what cannot travel. A worker that cannot be started breaks the pool: its calls throw the reason.
    public init(
        workers: Int? = nil, backend: Backend = .processes, context: ProcessContext = .default,
        configuration: Configuration = Configuration(), maxTasksPerChild: Int? = nil,
        initializer: (@concurrent @Sendable () async throws -> Void)? = nil,
        finalizer: (@concurrent @Sendable () async throws -> Void)? = nil
    ) throws {
        let count = workers ?? Processor.usableCount
        guard (1...Doorbell.maximumWorkers).contains(count) else {
            throw MultiprocessingError(
                .invalidArgument,
                "a pool has 1 to \(Doorbell.maximumWorkers) workers, not \(count); "
                    + "leave the argument out for one per usable processor")
        }
        guard backend == .threads || !ChildProcess.current.isDaemon else {
            throw MultiprocessingError(
                .invalidArgument, "\(ChildProcess.current.name) is a daemon, and daemons have no pools")
        }
        try configuration.check(workers: count, maxTasksPerChild: maxTasksPerChild, context)
        try configuration.check(backend)
        try configuration.checkNesting()
        let hooks = try WorkerHooks(
            initializer: initializer, finalizer: finalizer, budget: configuration.budget)
        do {
            core = try PoolCore(
                workers: count, launcher: context.launcher, configuration, hooks,
                maxTasksPerChild: maxTasksPerChild, backend: backend)
        } catch {
            throw MultiprocessingError(.startFailed, "the pool could not be set up", cause: error)
        }
    }

    deinit {
        guard !core.isEnding else { return }
        StandardError.write(
            "a pool of \(core.workers) workers was dropped without shutdown(), so it is terminated\n")
        core.terminate(MultiprocessingError(.poolTerminated, "the pool was dropped without a shutdown"))
    }

    /// Takes no more work; what was accepted is done, then the workers leave.
    ///
    /// Python's `close`.
    ///
    /// Does not wait; a second call is harmless.
    public nonisolated func close() {
        core.close()
    }

    /// Gives up what waits or runs and ends the workers; Python's `terminate`.
    ///
    /// Calls that wait throw a ``MultiprocessingError`` with the code `poolTerminated`. Does not wait for the
    /// workers' ends; a second call is harmless.
    public nonisolated func terminate() {
        core.terminate(MultiprocessingError(.poolTerminated, "the pool was terminated"))
    }

    /// Waits until the last worker is gone; Python's `join`.
    ///
    /// - Throws: a ``MultiprocessingError`` when the pool was neither closed nor terminated, because it would
    ///   never end; `CancellationError` when the task is cancelled, which changes nothing for the pool.
    public nonisolated(nonsending) func join() async throws {
        guard core.isEnding else {
            throw MultiprocessingError(
                .invalidArgument,
                "a pool that is neither closed nor terminated does not end: "
                    + "call close() or terminate() before join()")
        }
        _ = try await core.finished.wait()
    }

    /// Closes the pool and waits until accepted work is done and every worker is gone.
    ///
    /// Cancelling the task terminates the pool; the workers' ends are waited for all the same.
    public nonisolated(nonsending) func shutdown() async {
        core.close()
        do {
            _ = try await core.finished.wait()
        } catch {
            core.terminate(MultiprocessingError(.poolTerminated, "the pool's shutdown was cancelled"))
            await core.waitUntilFinished()
        }
    }
}
