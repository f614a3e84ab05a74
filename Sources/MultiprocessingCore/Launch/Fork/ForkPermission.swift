import Glibc

/// What a copy waits for before it begins, because its maker may want another one.
///
/// On sockets of its own: the kernel may still be about to tell of a message on the copy's channel when the copy asks
/// to be killed at the next news there.
struct ForkPermission {
    private let giver: SharedDescriptor
    private let taker: SharedDescriptor

    init() throws(SystemError) {
        (giver, taker) = try SocketPair.make()
    }

    /// Lets the copy begin.
    func give(until deadline: Deadline) throws(MessageSocket.Failure) {
        try MessageSocket(giver).send([], until: deadline)
    }

    /// In the copy: returns when it may begin.
    func await() {
        // The owners of both live in the parent's part of this image, which is never returned to.
        close(giver.raw)
        do {
            _ = try MessageSocket(taker).receive(until: .after(.seconds(60)))
        } catch {
            // It is not wanted, or nobody is left who could want it.
            _exit(ChildEntry.refusalCode)
        }
        close(taker.raw)
    }
}
