extension ProcessPool {
    /// What a pool has done so far, and what it does at the moment.
    ///
    /// ```swift
    /// let metrics = pool.metrics
    /// print(metrics.queued, metrics.waitTime.percentile(99), metrics.utilization)
    /// ```
    ///
    /// A task is one item here: an element of a map, one `apply`. Times are taken for each task that travels alone. A
    /// chunk of several counts for each of its items with their mean time and with the wait of the chunk.
    public struct Metrics: Sendable {
        /// Tasks that were accepted and are not run yet.
        public let queued: Int
        /// Workers that have a task.
        public let running: Int
        /// Tasks that returned.
        public let completed: Int
        /// Tasks that threw, were lost with their worker, or were given up by the pool.
        public let failed: Int
        /// Tasks that nobody wanted any more.
        public let cancelled: Int

        /// The workers that there are now.
        public let workers: Int
        /// Workers that were started since the beginning.
        public let workerStarts: Int
        /// Workers that are gone, by the reason.
        public let workerEnds: [WorkerEndReason: Int]

        /// How long tasks waited, from their submission to the beginning of their run.
        ///
        /// The way there and back is in it.
        public let waitTime: DurationHistogram
        /// How long tasks ran in their workers.
        public let runTime: DurationHistogram
        /// Which part of their lives workers have spent in tasks, 0 to 1.
        public let utilization: Double
        /// The slowest tasks, the slowest first: ten of them.
        public let slowestTasks: [SlowTask]

        /// Bytes of arguments and contexts that went to workers, each of which was copied once on the way.
        public let bytesSent: Int
        /// Bytes of results that came from workers, each of which was copied once on the way.
        public let bytesReceived: Int
    }

    /// What the pool has done so far, and what it does at the moment.
    ///
    /// It costs as much as a few calls, and may be asked at any time, also when the pool has ended.
    public nonisolated var metrics: Metrics { core.metrics }
}
