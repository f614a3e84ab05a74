import Glibc
import Synchronization

/// A child that was started: its process, and this end of the channel to it.
package final class LaunchedChild: Sendable {
    private struct State {
        var end: ProcessEnd?
        /// The end of a thread is on its way.
        var isOver = false
        var onExit: (@Sendable (ProcessEnd) -> Void)?
    }

    package let pid: Int32
    package let process: ProcessHandle
    package let channel: MessageSocket
    /// What ends the child if it is a thread of this process.
    private let giveUp: (@Sendable (LaunchedChild) -> Void)?

    private let state = Mutex(State())

    init(pid: Int32, process: ProcessHandle, channel: MessageSocket) {
        self.pid = pid
        self.process = process
        self.channel = channel
        giveUp = nil
    }

    /// A thread of this process that stands for a child.
    ///
    /// - Parameters:
    ///   - channel: this end of the channel to it.
    ///   - giveUp: lets the thread go its own way; called in place of every signal.
    /// - Throws: when there is no descriptor left.
    package init(
        onThread channel: MessageSocket, giveUp: @escaping @Sendable (LaunchedChild) -> Void
    ) throws(SystemError) {
        pid = ThisProcess.id
        process = try ProcessHandle(opening: ThisProcess.id)
        self.channel = channel
        self.giveUp = giveUp
    }

    /// How the child ended; nil while it runs.
    package var status: ExitStatus? { state.withLock { $0.end?.status } }

    /// Sends a signal; false when the child has ended.
    package func send(signal: Int32) throws(SystemError) -> Bool {
        if let giveUp {
            giveUp(self)
            return true
        }
        return try process.send(signal)
    }

    /// Sends a signal to the process group that the child leads; false when nobody is in it.
    package func send(signalToGroup signal: Int32) throws(SystemError) -> Bool {
        do {
            return try process.sendToGroup(signal)
        } catch {
            // An older system knows groups by number only, which is the child's own for as long as it is not reaped.
            guard status == nil, Glibc.kill(-pid, signal) == 0 else { return false }
            return true
        }
    }

    /// The child has ended; called once, on the poller's thread.
    func ended(_ end: ProcessEnd) {
        let onExit = state.withLock { state in
            state.end = end
            return state.onExit.take()
        }
        onExit?(end)
    }

    /// A thread that stands for a child is over, or was given up; only the first end counts.
    package func threadEnded(_ status: ExitStatus) {
        let isFirst = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        if isFirst { Poller.shared.schedule(at: .now) { [self] in ended(ProcessEnd(status)) } }
    }

    /// Tells of the end on the poller's thread, also when it has come already; for starts that succeeded.
    package func report(to onExit: @escaping @Sendable (ProcessEnd) -> Void) {
        let end = state.withLock { state in
            if state.end == nil { state.onExit = onExit }
            return state.end
        }
        if let end { Poller.shared.schedule(at: .now) { onExit(end) } }
    }

    /// Takes over a child of this process that was just made; `prepare` makes it what it is to be.
    ///
    /// - Throws: whatever went wrong; the child is ended then.
    static func adopting(
        _ pid: Int32, channel: MessageSocket, prepare: (LaunchedChild) throws -> Void
    ) throws -> LaunchedChild {
        let child: LaunchedChild
        do {
            // Nobody but us reaps our child, so its number is its own until then.
            let process = try ProcessHandle(opening: pid)
            child = LaunchedChild(pid: pid, process: process, channel: channel)
            try Reaper.watch(process) { child.ended($0) }
        } catch {
            // A child that cannot be watched must not live: nobody would ever know of its end.
            Glibc.kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
        do {
            try prepare(child)
        } catch {
            // A child that is not what it was to be must not wait for it.
            _ = try? child.send(signal: Signal.kill)
            throw error
        }
        return child
    }

    /// Tells the child what it is and waits until it is that; one that cannot be is ended.
    func instruct(_ order: LaunchOrder, isTold: Bool = false) throws {
        do {
            if !isTold { try order.tell(channel) }
            try order.awaitReadiness(channel)
        } catch {
            // A child that was not told what it is must not wait for it.
            _ = try? send(signal: Signal.kill)
            throw error
        }
    }
}
