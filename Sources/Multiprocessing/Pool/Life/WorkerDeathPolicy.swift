/// What a pool does about the tasks of a worker that died: it was killed, it trapped, it called `exit`.
///
/// ```swift
/// configuration.onWorkerDeath = .retry(max: 2)
/// ```
///
/// Whatever is chosen, each item comes out once, as its value or as its error, and what the worker had not begun
/// runs on another one (or fails, when the pool breaks).
public enum WorkerDeathPolicy: Sendable, Hashable {
    /// The item that ran fails with a ``WorkerDiedError``; the pool goes on.
    case failTask
    /// The item that ran is run again on another worker, at most so many times.
    ///
    /// It may have had effects already, so it may be done twice; its result is delivered once. An item that has ended
    /// as many workers as ``ProcessPool/Configuration/quarantineLimit`` says is not run again, however large the
    /// number is here.
    case retry(max: Int)
    /// The item that ran fails, everything that waits fails too, and the pool takes no more work.
    ///
    /// The death of a worker that had nothing to do counts as well.
    case breakPool
}
