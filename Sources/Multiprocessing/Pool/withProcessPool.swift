/// Runs `body` with a pool that ends with it: whatever happens inside, no process is left behind.
///
/// At a normal end the pool finishes what it has accepted, for example through `applyAsync`, before its workers
/// leave (Python terminates it there). When `body` throws or the task is cancelled, the pool is terminated. In
/// every case the function returns after the last worker is gone, and the pool then refuses work.
///
/// - Parameters:
///   - workers: how many processes work; nil takes one for each usable processor.
///   - context: how the workers are started.
///   - configuration: how the pool treats its workers and tasks.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the pool.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws; a ``MultiprocessingError`` when the pool cannot be set up.
public func withProcessPool<Result>(
    workers: Int? = nil, context: ProcessContext = .default,
    configuration: ProcessPool.Configuration = ProcessPool.Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (ProcessPool) async throws -> Result
) async throws -> Result {
    let pool = try ProcessPool(workers: workers, context: context, configuration: configuration)
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
