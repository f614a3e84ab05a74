import CMultiprocessing
import Glibc

/// Who is at one end of a local socket: the process that connected, or the one that began to listen.
package struct PeerCredentials: Hashable, Sendable {
    package let processID: Int32
    package let userID: UInt32
    package let groupID: UInt32

    package init(processID: Int32, userID: UInt32, groupID: UInt32) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
    }

    /// What the kernel says of the other end of a socket.
    package init(of socket: SharedDescriptor) throws(SystemError) {
        var peer = mp_peer()
        guard unsafe mp_peer_of(socket.raw, &peer) == 0 else { throw .last("getsockopt(SO_PEERCRED)") }
        self.init(processID: peer.process, userID: peer.user, groupID: peer.group)
    }

    /// What the kernel tells others of a socket that this process connects, or listens with, now.
    package static var own: PeerCredentials {
        PeerCredentials(processID: getpid(), userID: geteuid(), groupID: getegid())
    }

    /// What tells the process numbers that this process is told from those that processes of other containers are.
    package static var numbers: UInt64 {
        var status = stat()
        return unsafe stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : 0
    }
}
