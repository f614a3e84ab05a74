extension PoolCalls {
    /// The same pool, with options for the calls that are made here.
    ///
    /// ```swift
    /// let urgent = pool.with(lane: "interactive", priority: .high, queueTimeout: .seconds(1))
    /// let page = try await urgent.apply(text) { $0.rendered() }
    /// ```
    ///
    /// A view of a view has the options of both. It costs nothing to make one, and it does not keep the pool alive.
    ///
    /// - Parameters:
    ///   - lane: whose share of the workers the tasks use; nil leaves it as it is, at first the standard lane.
    ///   - priority: which tasks of a lane go first, and at which priority their bodies run; nil leaves it as it is,
    ///     at first the priority of the task that calls. Less important tasks do not wait for ever.
    ///   - queueTimeout: how long a task may wait for a worker: a longer wait ends with a ``MultiprocessingError``
    ///     with the code `queueTimeout`, and the task never runs. Nil leaves it as it is, at first without a limit.
    /// - Returns: a view that takes the calls which a pool takes.
    public nonisolated func with(
        lane: ProcessPool.Lane? = nil, priority: TaskPriority? = nil, queueTimeout: Duration? = nil
    ) -> ProcessPool.View {
        var options = callSite.options
        if let lane { options.lane = lane }
        if let priority { options.priority = priority }
        if let queueTimeout { options.queueTimeout = queueTimeout }
        return ProcessPool.View(callSite: PoolCallSite(core: callSite.core, options: options))
    }
}
