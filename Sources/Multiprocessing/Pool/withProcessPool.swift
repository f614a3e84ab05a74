/// Runs `body` with a pool that ends with it: whatever happens inside, no process is left behind.
///
/// At a normal end the pool finishes what it has accepted, for example through `applyAsync`, before its workers
/// leave (Python terminates it there). When `body` throws or the task is cancelled, the pool is terminated. In
/// every case the function returns after the last worker is gone, and the pool then refuses work.
///
/// - Parameters:
///   - workers: how many processes work; nil takes one for each usable processor.
///   - backend: what the workers are: processes, or threads of this one.
///   - context: how worker processes are started.
///   - configuration: how the pool treats its workers and tasks.
///   - maxTasksPerChild: a worker that has run so many tasks leaves, and another one takes its place; nil lets them stay.
///   - initializer: what each worker does once, before its first task.
///   - finalizer: what a worker does when it leaves in good order.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the pool.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws; a ``MultiprocessingError`` when the pool cannot be set up.
public func withProcessPool<Result>(
    workers: Int? = nil, backend: ProcessPool.Backend = .processes, context: ProcessContext = .default,
    configuration: ProcessPool.Configuration = ProcessPool.Configuration(), maxTasksPerChild: Int? = nil,
    initializer: (@concurrent @Sendable () async throws -> Void)? = nil,
    finalizer: (@concurrent @Sendable () async throws -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (ProcessPool) async throws -> Result
) async throws -> Result {
    let pool = try ProcessPool(
        workers: workers, backend: backend, context: context, configuration: configuration,
        maxTasksPerChild: maxTasksPerChild,
        initializer: initializer, finalizer: finalizer)
    do {
        let result = try await body(pool)
        await pool.shutdown()
        return result
    } catch {
        pool.terminate()
        await pool.core.waitUntilFinished()
        throw error
    }
}
