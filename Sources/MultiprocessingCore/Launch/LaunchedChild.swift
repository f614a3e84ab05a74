import Synchronization

/// A child that was started: its process, and this end of the channel to it.
package final class LaunchedChild: Sendable {
    package let pid: Int32
    package let process: ProcessHandle
    package let channel: MessageSocket

    private let end = Mutex<ExitStatus?>(nil)

    init(pid: Int32, process: ProcessHandle, channel: MessageSocket) {
        self.pid = pid
        self.process = process
        self.channel = channel
    }

    /// How the child ended; nil while it runs.
    package var status: ExitStatus? { end.withLock { $0 } }

    /// Sends a signal; false when the child has ended.
    package func send(signal: Int32) throws(SystemError) -> Bool {
        try process.send(signal)
    }

    func ended(_ status: ExitStatus) {
        end.withLock { $0 = status }
    }
}
