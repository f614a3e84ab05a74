import MultiprocessingCore

extension ChildProcess {
    /// Ends the child, first by SIGTERM, and by SIGKILL if it has not ended in time.
    ///
    /// ```swift
    /// let status = try await child.stop(grace: .seconds(2))
    /// ```
    ///
    /// Cancelling the task ends the grace: the child is killed, and its end is still waited for.
    ///
    /// - Parameters:
    ///   - grace: how long the child has from SIGTERM on; zero or less kills it at once.
    ///   - includingGroup: whether the signals go to all processes of the group that the child leads, which it does if
    ///     its ``StartOptions/processGroup`` says so. Those that are left when the child has ended are killed.
    /// - Returns: how the child ended, also when it had ended before.
    /// - Throws: a ``MultiprocessingError`` when the child was not started, leads no group that is to be included, or
    ///   the handle was closed or belongs to another process.
    @discardableResult
    public nonisolated(nonsending) func stop(
        grace: Duration = .seconds(5), includingGroup: Bool = false
    ) async throws -> ExitStatus {
        let child = try record.startedChild("stopped")
        guard !includingGroup || record.leadsGroup else {
            throw MultiprocessingError(
                .invalidArgument,
                "\(name) leads no process group: set options.processGroup = .own before it is started")
        }
        if grace > .zero {
            try send(Signal.terminate, to: child, includingGroup)
            _ = try? await record.end.wait(timeout: grace)
        }
        if includingGroup || record.end.value == nil {
            try send(Signal.kill, to: child, includingGroup)
        }
        return await ExitStatus(record.end.valueWhenClosed().status)
    }

    private nonisolated func send(_ signal: Int32, to child: LaunchedChild, _ includingGroup: Bool) throws {
        if includingGroup {
            _ = try? child.send(signalToGroup: signal)
        } else {
            try record.send(signal)
        }
    }
}

extension Latch {
    /// The value, waited for also when the waiting task is cancelled.
    nonisolated(nonsending) func valueWhenClosed() async -> Value {
        if let value { return value }
        return await withCheckedContinuation { continuation in
            // The value is there whenever the handler is called.
            _ = observe { if let value = self.value { continuation.resume(returning: value) } }
        }
    }
}
