/// A worker process ended while it ran a task of a pool: the task is lost, the pool goes on.
///
/// Exactly the tasks that the worker had started fail with this error; the others run elsewhere.
public struct WorkerDiedError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The worker's process identifier; it may belong to another process by now.
    public let processID: Int32
    /// How the worker ended.
    public let status: ChildProcess.ExitStatus
    /// The index of the lost item among the inputs of its call; 0 for a call of `apply`.
    public let item: Int
    /// What the worker ran: the pool's call and the item.
    public let task: String
    /// How long the item had been running; nil when only the pool knew that it had been started.
    public let runTime: Duration?

    /// What happened, to which worker and task.
    public var description: String {
        let time = runTime.map { " after \($0)" } ?? ""
        return "worker \(processID) \(status) while it ran \(task)\(time)"
    }
}
