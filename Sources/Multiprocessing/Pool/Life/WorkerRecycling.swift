/// When a pool replaces a worker that is in good health.
///
/// ```swift
/// configuration.recycling.maxAge = .seconds(3600)
/// configuration.recycling.maxMemory = 512 << 20
/// ```
///
/// A worker is replaced between two tasks. The next one is started first, and the old one works on until it is ready.
public struct WorkerRecycling: Sendable {
    /// A worker that is older than this is replaced; nil sets no limit.
    public var maxAge: Duration?
    /// A worker that has more bytes resident than this at the end of a task is replaced; nil sets no limit.
    public var maxMemory: Int?
    /// A worker for which this is true at the end of a task is replaced; nil asks nobody.
    ///
    /// It is called in this process, on a thread that must not be blocked.
    public var condition: (@Sendable (ProcessPool.WorkerStatus) -> Bool)?

    /// No reasons to replace a worker.
    public init() {}

    /// Whether a worker has to be looked at after a task.
    var needsLook: Bool { maxMemory != nil || condition != nil }

    /// Why the worker is to be replaced; nil when it is not.
    func reason(for status: ProcessPool.WorkerStatus) -> String? {
        if let maxMemory, status.residentMemory > maxMemory {
            return "it holds \(status.residentMemory >> 10) KiB, more than \(maxMemory >> 10)"
        }
        return condition?(status) == true ? "the pool's condition says so" : nil
    }
}
