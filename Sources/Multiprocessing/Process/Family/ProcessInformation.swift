/// A process, as far as its name and number go.
public struct ProcessInformation: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name: what was given at the start, or `MainProcess`, `Process-3`, `PoolWorker-2`.
    public let name: String
    /// The operating system's number of the process.
    public let pid: Int32
    /// Whether it is terminated at the end of the process that started it, and may have no children.
    public let isDaemon: Bool

    init(name: String, pid: Int32, isDaemon: Bool = false) {
        self.name = name
        self.pid = pid
        self.isDaemon = isDaemon
    }

    /// The name and the number.
    public var description: String { "\(name) (pid \(pid))" }
}
