import CMultiprocessing
import Glibc

/// Starts children as fresh images of this program.
package struct SpawnLauncher: Launcher {
    package init() {}

    package func launch(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ProcessEnd) -> Void
    ) throws(LaunchFailure) -> LaunchedChild {
        let child = try StartRetries.run(order) { try start(order) }
        child.report(to: onExit)
        return child
    }

    private func start(_ order: LaunchOrder) throws -> LaunchedChild {
        guard mp_entry_is_hooked() == 1 else {
            throw SystemError(code: ENOTSUP, call: "child in a static program")
        }
        let (ours, theirs) = try SocketPair.make()
        // Above the places that the file actions of the call fill.
        let raw = fcntl(theirs.raw, F_DUPFD_CLOEXEC, ChildEntry.channelDescriptor + 1)
        guard raw >= 0 else { throw SystemError.last("fcntl(F_DUPFD_CLOEXEC)") }
        let channel = Descriptor(adopting: raw)
        let pid = try SpawnCall.run(channel: channel.raw, streams: order.streams)
        let child: LaunchedChild
        do {
            // Nobody but us reaps our child, so its number is its own until then.
            let process = try ProcessHandle(opening: pid)
            child = LaunchedChild(pid: pid, process: process, channel: MessageSocket(ours))
            try Reaper.watch(process) { child.ended($0) }
        } catch {
            // A child that cannot be watched must not live: nobody would ever know of its end.
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
        try child.instruct(order)
        return child
    }
}
