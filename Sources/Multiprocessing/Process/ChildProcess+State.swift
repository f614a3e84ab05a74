import MultiprocessingCore

extension ChildProcess: CustomStringConvertible {
    /// The child's process identifier; nil before the start.
    public nonisolated var pid: Int32? { record.child?.pid }

    /// How the child ended; nil before that.
    public nonisolated var exitStatus: ExitStatus? { record.ending.map { ExitStatus($0.status) } }

    /// The exit code, or the signal's number with a minus sign; nil before the end.
    ///
    /// Python's `exitcode`.
    public nonisolated var exitCode: Int32? { exitStatus?.code }

    /// What the child used: nil before its end, and when nobody was left to tell.
    public nonisolated var resourceUsage: ResourceUsage? {
        record.ending.flatMap { $0.usage.map(ResourceUsage.init) }
    }

    /// Whether the child was started and has not ended; a child that was stopped (SIGSTOP) lives.
    public nonisolated var isAlive: Bool { record.child != nil && record.ending == nil }

    /// A descriptor that becomes readable when the child has ended; Python's `sentinel`.
    ///
    /// It is for `poll` and its like, belongs to this handle, and is closed with it: duplicate it to keep it.
    ///
    /// - Throws: a ``MultiprocessingError`` when the child was not started, or the handle was closed.
    public nonisolated var sentinel: Int32 {
        get throws { try record.startedChild("watched").process.descriptor.raw }
    }

    /// The lines of the standard output, when the options say that it is captured.
    ///
    /// What the child printed is kept in memory until it is read, so a child never waits for a reader that has
    /// not begun; once there is one, the child waits when more than a mebibyte is unread.
    public nonisolated var standardOutputLines: OutputLines { OutputLines(record.output.output) }

    /// The lines of the standard error, when the options say that it is captured.
    public nonisolated var standardErrorLines: OutputLines { OutputLines(record.output.error) }

    /// The children of this process that run, in the order of their starts; Python's `active_children`.
    ///
    /// The workers of pools are not among them.
    public static var active: [ChildProcess] { ChildRegistry.all }

    /// The name, the numbers and the state, such as `ChildProcess(Process-3, pid 71, parent 70, started, daemon)`.
    public nonisolated var description: String {
        var parts = [name]
        if let pid { parts.append("pid \(pid)") }
        if let starter = record.starter { parts.append("parent \(starter)") }
        parts.append(record.stateInWords)
        if isDaemon { parts.append("daemon") }
        return "ChildProcess(\(parts.joined(separator: ", ")))"
    }
}
