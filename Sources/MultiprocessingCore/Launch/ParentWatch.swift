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
        let interest = onMessage == nil ? 0 : Int16(POLLIN)
        // No array, because a thread's first allocation gives it a heap of its own, which costs a short child more
        // than all the rest of this.
        var items = (
            pollfd(fd: seat.channel.raw, events: interest | Int16(MP_POLL_HANGUP), revents: 0),
            pollfd(fd: seat.parent.descriptor.raw, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let found = unsafe withUnsafeMutableBytes(of: &items) { bytes in
                // A pair of these has the layout of an array of two.
                unsafe poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, -1)
            }
            guard found > 0 else { continue }
            if items.1.revents != 0 { items.1.fd = handleOrEnd(items.1.fd, seat.parentID) }
            let ended = Int16(MP_POLL_HANGUP) | Int16(POLLHUP) | Int16(POLLERR)
            if items.0.revents & ended != 0 { _exit(orphanCode) }
            // The body has closed what it did not know; the parent's handle remains.
            if items.0.revents & Int16(POLLNVAL) != 0 { items.0.fd = -1 }
            guard items.0.revents & Int16(POLLIN) != 0 else { continue }
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
