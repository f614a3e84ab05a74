import MultiprocessingCore

/// Where a task of a pool of threads runs; the tasks that it makes are there too.
struct ThreadPlace: Sendable {
    let worker: ProcessPool.Worker
    /// How many pools and processes are above it.
    let depth: Int
    /// The budget that the task has a permit of.
    let budget: SharedObject.ID?

    @TaskLocal static var current: ThreadPlace?
}

/// How many pools and processes are above the code that asks.
enum NestingDepth {
    static var current: Int { ThreadPlace.current?.depth ?? ProcessNames.here.path.count }
}

extension ProcessPool.Configuration {
    /// Refuses a pool that is too deep inside of others, and one that would wait for itself.
    func checkNesting() throws(MultiprocessingError) {
        try ProcessNames.checkDepth(NestingDepth.current)
        if let budget, budget.id == ProcessPool.Worker.budget {
            throw MultiprocessingError(
                .invalidArgument,
                "the task that makes this pool has a permit of the pool's budget, and would wait for others of it: "
                    + "give pools inside of tasks a budget of their own")
        }
    }
}
