/// What is asked of the pool for each task of a call, besides running it.
struct CallOptions: Sendable {
    /// Tasks with the same go to the same worker, for as long as it lives; nil lets them go anywhere.
    var key: Int?
    /// Whether a task is never run again, whatever the pool's policy says.
    var runsOnce = false
    var lane: ProcessPool.Lane?
    /// Nil takes the calling task's.
    var priority: TaskPriority?
    /// How long a task may wait for a worker.
    var queueTimeout: Duration?

    /// Whether nothing is asked.
    var isUsual: Bool {
        key == nil && !runsOnce && lane == nil && priority == nil && queueTimeout == nil
    }
}
