extension PoolCalls {
    /// Runs a task in a worker and waits for its result.
    ///
    /// - Parameters:
    ///   - task: what to run; it is encoded and decoded on the way.
    ///   - timeout: how long the task may run, from its start in the worker; nil sets no limit.
    /// - Returns: what the task's `run` returned.
    /// - Throws: the same as the first `apply`.
    @discardableResult
    public nonisolated(nonsending) func apply<T: ProcessTask>(
        _ task: T, timeout: Duration? = nil
    ) async throws -> T.Output where T.Output: Codable {
        try await call(TaskBody<T>(), task, timeout: timeout)
    }

    /// Runs a task that returns nothing in a worker and waits for its end.
    ///
    /// Everything else is as with a task that has a result.
    public nonisolated(nonsending) func apply<T: ProcessTask>(
        _ task: T, timeout: Duration? = nil
    ) async throws where T.Output == Void {
        _ = try await call(VoidTaskBody<T>(), task, timeout: timeout)
    }

    /// Submits a task and returns at once.
    ///
    /// - Parameters:
    ///   - task: what to run.
    ///   - timeout: how long the task may run, from its start in the worker; nil sets no limit.
    /// - Returns: the handle of the result. It may be dropped: the task runs all the same.
    /// - Throws: a ``MultiprocessingError`` when the pool takes no more work or the task cannot be encoded.
    @discardableResult
    public nonisolated func applyAsync<T: ProcessTask>(
        _ task: T, timeout: Duration? = nil
    ) throws -> AsyncResult<T.Output> where T.Output: Codable {
        try submit(TaskBody<T>(), task, timeout: timeout) { $0 }
    }

    /// Submits a task that returns nothing and returns at once.
    ///
    /// Everything else is as with a task that has a result.
    @discardableResult
    public nonisolated func applyAsync<T: ProcessTask>(
        _ task: T, timeout: Duration? = nil
    ) throws -> AsyncResult<Void> where T.Output == Void {
        try submit(VoidTaskBody<T>(), task, timeout: timeout) { _ in }
    }

    /// Runs tasks and waits for all results, in order.
    ///
    /// - Parameters:
    ///   - tasks: what to run.
    ///   - chunkSize: how many tasks travel together; nil finds the size out as the call goes on.
    ///   - timeout: how long one task may run; nil sets no limit.
    /// - Returns: the results in the order of the tasks.
    /// - Throws: the same as the first `map`.
    @discardableResult
    public nonisolated(nonsending) func map<S: Sequence>(
        _ tasks: S, chunkSize: Int? = nil, timeout: Duration? = nil
    ) async throws -> [S.Element.Output] where S.Element: ProcessTask, S.Element.Output: Codable {
        try await collect(
            tasks, TaskBody<S.Element>(), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "map")
    }

    /// Runs tasks that return nothing and waits for their ends.
    ///
    /// Everything else is as with tasks that have results.
    public nonisolated(nonsending) func map<S: Sequence>(
        _ tasks: S, chunkSize: Int? = nil, timeout: Duration? = nil
    ) async throws where S.Element: ProcessTask, S.Element.Output == Void {
        _ = try await collect(
            tasks, VoidTaskBody<S.Element>(), Nothing(), chunkSize: chunkSize, timeout: timeout, label: "map")
    }
}
