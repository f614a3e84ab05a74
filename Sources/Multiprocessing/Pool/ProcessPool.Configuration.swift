extension ProcessPool {
    /// How a pool treats its workers and its tasks.
    ///
    /// ```swift
    /// var configuration = ProcessPool.Configuration()
    /// configuration.cancellationGrace = .milliseconds(200)
    /// let pool = try ProcessPool(workers: 4, configuration: configuration)
    /// ```
    public struct Configuration: Sendable {
        /// The time in which a task that was cancelled has to end; its worker is ended and replaced after that.
        ///
        /// One second, unless set. Zero ends the worker at once.
        public var cancellationGrace = Duration.seconds(1)

        /// How many tasks may wait for a worker, a chunk counting as one; nil, unless set, for any number.
        ///
        /// When so many wait, `apply` and `applyAsync` throw a ``MultiprocessingError`` with the code `overloaded` at
        /// once. Maps and streams go on more slowly instead: they submit as there is room.
        public var maxQueued: Int?

        /// The weights of lanes: a lane of weight 3 gets three times the tasks of one of weight 1.
        ///
        /// At least 1; lanes that are not named here have 1. Only lanes in which something waits have a share.
        public var lanes: [Lane: Int] = [:]

        /// The task-local values that travel with the calls of the pool.
        public var taskLocals: [any PropagatedTaskLocal.Type] = []

        /// The usual configuration.
        public init() {}
    }
}

extension ProcessPool.Configuration {
    /// Refuses what no pool can be made with.
    func checkLimits() throws(MultiprocessingError) {
        if let maxQueued, maxQueued < 0 {
            throw MultiprocessingError(.invalidArgument, "maxQueued is zero or more, not \(maxQueued)")
        }
        if let (lane, weight) = lanes.first(where: { $0.value < 1 }) {
            throw MultiprocessingError(
                .invalidArgument, "the weight of a lane is at least 1, not \(weight) as for \(lane)")
        }
    }
}
