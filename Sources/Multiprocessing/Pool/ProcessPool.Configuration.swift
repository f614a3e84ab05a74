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

        /// How long `run()` lets accepted work go on when it is to end; 30 seconds, unless set.
        public var drainTimeout = Duration.seconds(30)
        /// How many tasks may run at once in all pools that share this; nil, unless set, for no common limit.
        public var budget: ConcurrencyBudget?
        /// What becomes of the tasks of a worker that died.
        public var onWorkerDeath = WorkerDeathPolicy.failTask
        /// A task that has ended so many workers is not run again, whatever the policy says; 3 unless set.
        public var quarantineLimit = 3

        /// The number of workers that there are also when there is nothing to do; nil for all of them.
        ///
        /// With fewer than all, the others are started when there is work that no idle worker can take.
        public var minWorkers: Int?
        /// Workers above the minimum leave when they have had nothing to do for this long, or up to twice as long.
        ///
        /// Nil lets them stay.
        public var idleTimeout: Duration?
        /// When a worker that is in good health is replaced.
        public var recycling = WorkerRecycling()
        /// The bytes that a worker may have resident while it runs a task; nil sets no limit.
        ///
        /// The worker of a task that takes more is ended and replaced, and the task fails with the code
        /// `memoryLimitExceeded`. It is looked at twenty times a second, so a task may take more for a moment; a limit
        /// of `startOptions` is kept by the system instead, and ends the worker with a trap.
        public var memoryLimit: Int?

        /// What is special about the workers' processes: their directory, environment, streams, limits and rights.
        ///
        /// Their streams cannot be captured, and they do not outlive this process.
        public var startOptions = StartOptions()
        /// Where what workers print goes.
        public var output = WorkerOutput.inherited
        /// How many lines of a worker's standard error a ``WorkerDiedError`` shows; none, unless set.
        ///
        /// With any, what workers write there comes through this process, unchanged and in its order. What a worker
        /// has written is then lost when this process is killed before it has passed it on.
        public var keptErrorLines = 0

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
    /// Checks what no pool can be made with.
    func check(workers: Int, maxTasksPerChild: Int?, _ context: ProcessContext) throws(MultiprocessingError) {
        if let maxTasksPerChild {
            try Self.check(
                maxTasksPerChild > 0,
                "a worker runs at least one task, so maxTasksPerChild is not \(maxTasksPerChild)")
            try Self.check(
                !context.method.inheritsMemory,
                "workers cannot be replaced after a number of tasks when they are made by .fork: "
                    + "a copy of a program that is at work is only safe at a moment of its choice; use .forkserver"
            )
        }
        if let minWorkers {
            try Self.check(
                (0...workers).contains(minWorkers), "minWorkers is 0 to \(workers), not \(minWorkers)")
        }
        if let idleTimeout { try Self.check(idleTimeout > .zero, "an idle timeout is longer than zero") }
        if let maxAge = recycling.maxAge {
            try Self.check(maxAge > .zero, "a worker's age is more than zero")
        }
        if case .retry(let max) = onWorkerDeath {
            try Self.check(max >= 0, "a task is run again 0 times or more, not \(max)")
        }
        try Self.check(
            quarantineLimit > 0, "a quarantine begins with one worker or more, not \(quarantineLimit)")
        try Self.check((memoryLimit ?? 1) > 0, "a memory limit is more than zero bytes")
        try Self.check((recycling.maxMemory ?? 1) > 0, "a memory limit is more than zero bytes")
        try Self.check(
            (0...10_000).contains(keptErrorLines), "0 to 10000 lines are kept, not \(keptErrorLines)")
        try Self.check(!startOptions.outlivesParent, "workers do not outlive the process that has their pool")
        try Self.check(
            startOptions.standardOutput != .captured && startOptions.standardError != .captured,
            "nobody reads the captured output of a worker: choose .tagged for the pool's output, or keptErrorLines"
        )
        _ = try startOptions.settings()
        try Self.check((maxQueued ?? 0) >= 0, "maxQueued is zero or more, not \(maxQueued ?? 0)")
        for (lane, weight) in lanes {
            try Self.check(weight >= 1, "the weight of a lane is at least 1, not \(weight) as for \(lane)")
        }
    }

    private static func check(_ isRight: Bool, _ message: String) throws(MultiprocessingError) {
        guard isRight else { throw MultiprocessingError(.invalidArgument, message) }
    }
}
