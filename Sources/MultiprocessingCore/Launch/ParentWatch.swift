import CMultiprocessing
import Glibc

/// Ends a child at once when its parent is gone, whatever else the child is doing.
///
/// A thread of its own waits for the end of the channel or of the parent: bodies may block every other thread.
package enum ParentWatch {
    /// Exit code of a child whose parent is gone; nobody is left to see it but for the one who inherits it.
    private static let orphanCode: Int32 = 71

    /// Lets the kernel end this process when the parent's end of the channel is closed.
    ///
    /// It takes effect at once and costs no thread, which a child of a millisecond would notice; but somebody else
    /// may hold the parent's end open, so whoever lives longer also starts the watch. Only for a role to which
    /// nothing is sent, and that sends nothing, on its channel.
    ///
    /// Does nothing in a child that may outlive its parent.
    package static func arm(_ seat: ChildSeat) throws(SystemError) {
        if seat.outlivesParent { return }
        guard mp_end_with_peer(seat.channel.raw) == 0 else { throw .last("fcntl(F_SETSIG)") }
        var item = pollfd(fd: seat.channel.raw, events: Int16(MP_POLL_HANGUP), revents: 0)
        // The parent may have gone before.
        if unsafe poll(&item, 1, 0) > 0 { _exit(orphanCode) }
    }

    /// Starts the watch, unless the child may outlive its parent.
    ///
    /// - Parameters:
    ///   - seat: what the child was told at its start.
    ///   - onMessage: takes messages that the parent sends on the channel, on the watch's thread; nil for
    ///     roles to which nothing is sent.
    /// - Throws: when there is no room for another thread.
    package static func start(
        _ seat: ChildSeat, onMessage: (@Sendable (MessageSocket.Message) -> Void)? = nil
    ) throws(SystemError) {
        if seat.outlivesParent { return }
        try OSThread.start(named: "mp-parent-watch", stackBytes: 1 << 18) {
            watch(seat, onMessage)
        }
    }

    private static func watch(_ seat: ChildSeat, _ onMessage: (@Sendable (MessageSocket.Message) -> Void)?)
        -> Never
    {
        let socket = MessageSocket(seat.channel)
        // Without a reader, bytes on the channel must not keep the thread awake.
        let reads: Int32 = onMessage == nil ? 0 : 1
        var (channel, parent) = (seat.channel.raw, seat.parent.descriptor.raw)
        var (news, parentsNews) = (Int16(0), Int16(0))
        while true {
            guard unsafe mp_poll_pair(channel, reads, parent, &news, &parentsNews) > 0 else { continue }
            if parentsNews != 0 { parent = handleOrEnd(parent, seat.parentID) }
            let ended = Int16(MP_POLL_HANGUP) | Int16(POLLHUP) | Int16(POLLERR)
            if news & ended != 0 { _exit(orphanCode) }
            // The body has closed what it did not know; the parent's handle remains.
            if news & Int16(POLLNVAL) != 0 { channel = -1 }
            guard news & Int16(POLLIN) != 0 else { continue }
            guard let onMessage else { continue }
            do {
                onMessage(try socket.receive(limit: 1 << 16, acceptsLoss: true, until: .after(.seconds(5))))
            } catch {
                _exit(orphanCode)
            }
        }
    }
    /// Ends this process if the parent is gone; otherwise the body has closed the handle, perhaps to open a file of its
    /// own in its place, and there is a new one.
    private static func handleOrEnd(_ handle: Int32, _ parentID: Int32) -> Int32 {
        if mp_pidfd_signal(handle, 0) == 0 || errno == EPERM { return handle }
        guard errno != ESRCH, let handle = try? ProcessHandle(opening: parentID) else { _exit(orphanCode) }
        // Kept for as long as the process lives.
        return unsafe Unmanaged.passRetained(handle.descriptor).takeUnretainedValue().raw
    }
}
