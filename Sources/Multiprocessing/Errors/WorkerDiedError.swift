/// A worker process ended while it ran a task of a pool: the task is lost, the pool goes on.
///
/// Exactly the tasks that the worker had started fail with this error; the others run elsewhere.
public struct WorkerDiedError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The worker's process identifier; it may belong to another process by now.
    public let processID: Int32
    /// The worker's name, such as "PoolWorker-3".
    public let workerName: String
    /// How the worker ended.
    public let status: ChildProcess.ExitStatus
    /// The index of the lost item among the inputs of its call; 0 for a call of `apply`.
    public let item: Int
    /// What the worker ran: the pool's call and the item.
    public let task: String
    /// How long the item had been running; nil when only the pool knew that it had been started.
    public let runTime: Duration?
    /// The most memory that the worker had resident at once, in bytes; nil when nobody could tell.
    public let peakMemory: Int?
    /// The last lines that the worker wrote to its standard error, as many as the pool's configuration keeps.
    public let errorLines: [String]
    /// How many workers ended while they ran the item, this one included.
    public let attempts: Int
    /// Whether the item is not run again because it has ended too many workers, though the policy would allow it.
    public let isQuarantined: Bool

    /// What happened, to which worker and task.
    public var description: String {
        let time = runTime.map { " after \($0)" } ?? ""
        let memory = peakMemory.map { ", with up to \($0 >> 10) KiB of memory" } ?? ""
        var text = "\(workerName) (process \(processID)) \(status) while it ran \(task)\(time)\(memory)"
        if isQuarantined {
            text += "; it is in quarantine, because it has ended \(attempts) workers, and is not run again"
        } else if attempts > 1 {
            text += "; it has ended \(attempts) workers, and is not run again"
        }
        if status == .signaled(9) { text += "; the system ends processes like that when memory is short" }
        if !errorLines.isEmpty { text += "; its last words: \(errorLines.joined(separator: "\n"))" }
        return text
    }
}
