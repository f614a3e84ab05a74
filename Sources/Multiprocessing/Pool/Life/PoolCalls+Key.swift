extension PoolCalls {
    /// The same pool, for tasks that belong together: they all go to the same worker, for as long as it lives.
    ///
    /// ```swift
    /// let account = pool.with(key: customer.id)
    /// try await account.apply(customer.id) { try await Caches.accounts.value.refresh($0) }
    /// ```
    ///
    /// For workers that remember something about a key. Tasks of other keys may share the worker. They run one after
    /// another, so all items of a map with a key run on one worker. When that worker leaves or dies, the key gets
    /// another one. Lanes and priorities hold among the tasks that wait for one worker, which takes turns between them
    /// and those that any worker may run.
    ///
    /// - Parameter key: what the tasks have in common; it does not travel.
    /// - Returns: a view that takes the calls which a pool takes.
    public nonisolated func with(key: some Hashable & Sendable) -> ProcessPool.View {
        var options = callSite.options
        options.key = key.hashValue
        return ProcessPool.View(callSite: PoolCallSite(core: callSite.core, options: options))
    }
}
