/// What is asked of the pool for each task of a call, besides running it.
struct CallOptions: Sendable {
    var lane: ProcessPool.Lane?
    /// Nil takes the calling task's.
    var priority: TaskPriority?
    /// How long a task may wait for a worker.
    var queueTimeout: Duration?
}
