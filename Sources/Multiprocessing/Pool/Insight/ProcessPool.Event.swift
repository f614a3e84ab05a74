extension ProcessPool {
    /// Something that happened in a pool.
    ///
    /// New kinds may come with new versions, so a `switch` has a `default`.
    public enum Event: Sendable {
        /// A worker has been started.
        case workerStarted(name: String, processID: Int32)
        /// A worker is gone; another one takes its place unless the pool is to have fewer, or ends.
        case workerEnded(
            name: String, processID: Int32, reason: WorkerEndReason, status: ChildProcess.ExitStatus)
        /// A task threw, or was lost.
        case taskFailed(task: String, error: any Error)
        /// A task that ended its worker is run again.
        case taskRetried(task: String, workersLost: Int)
        /// A task is not run again, because it ended too many workers.
        case taskQuarantined(task: String, workersLost: Int)
        /// Work was refused, because too much of it waits.
        case overloaded(maxQueued: Int)
        /// The pool cannot do its work any more.
        case broken(reason: any Error)
        /// No worker is left; the last event.
        case ended
        /// So many events are missing here, because they were not taken in time.
        case missed(count: Int)
    }
}
