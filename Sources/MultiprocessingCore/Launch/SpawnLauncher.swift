import CMultiprocessing
import Glibc

/// Starts children as fresh images of this program.
package struct SpawnLauncher: Launcher {
    package init() {}

    package func launch(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws(LaunchFailure) -> LaunchedChild {
        do {
            guard mp_entry_is_hooked() == 1 else {
                throw SystemError(code: ENOTSUP, call: "child in a static program")
            }
            let (ours, theirs) = try SocketPair.make()
            let pid = try spawn(theirs)
            // Nobody but us reaps our child, so its number is its own until then.
            let process = try ProcessHandle(opening: pid)
            let child = LaunchedChild(pid: pid, process: process, channel: MessageSocket(ours))
            try Reaper.watch(process) { status in
                child.ended(status)
                onExit(status)
            }
            try order.tell(child.channel)
            return child
        } catch {
            throw LaunchFailure(error)
        }
    }

    /// Makes the process; tries again a few times when there is no room for it.
    private func spawn(_ theirs: SharedDescriptor) throws(SystemError) -> Int32 {
        // Above the places that the file actions below fill.
        let raw = fcntl(theirs.raw, F_DUPFD_CLOEXEC, ChildEntry.channelDescriptor + 1)
        guard raw >= 0 else { throw .last("fcntl(F_DUPFD_CLOEXEC)") }
        let channel = Descriptor(adopting: raw)
        for attempt in 0... {
            let result = SpawnCall.run(channel: channel.raw)
            if result.error == 0 { return result.pid }
            guard result.error == EAGAIN, attempt < 6 else {
                throw SystemError(code: result.error, call: "posix_spawn")
            }
            // 1, 2, 4, … milliseconds, on a lane, for others to end.
            usleep(1000 << UInt32(attempt))
        }
        fatalError("unreachable: the loop has no end of its own")
    }
}
