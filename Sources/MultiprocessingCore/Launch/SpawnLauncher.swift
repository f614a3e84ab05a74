import CMultiprocessing
import Glibc

/// Starts children as fresh images of this program.
package struct SpawnLauncher: Launcher {
    package init() {}

    package func attempt(_ order: LaunchOrder) throws -> LaunchedChild {
        guard mp_entry_is_hooked() == 1 else {
            throw SystemError(code: ENOTSUP, call: "child in a static program")
        }
        let (ours, theirs) = try SocketPair.make()
        // Above the places that the file actions of the call fill.
        let raw = fcntl(theirs.raw, F_DUPFD_CLOEXEC, ChildEntry.channelDescriptor + 1)
        guard raw >= 0 else { throw SystemError.last("fcntl(F_DUPFD_CLOEXEC)") }
        let channel = Descriptor(adopting: raw)
        let pid = try SpawnCall.run(
            channel: channel.raw, streams: order.streams, isInspectable: order.settings.isInspectable,
            makesCopies: order.role is ForkServerRole.Type)
        return try LaunchedChild.adopting(pid, channel: MessageSocket(ours)) { child in
            try order.tell(child.channel)
            try order.awaitReadiness(child.channel)
        }
    }
}
