import CMultiprocessing
import Glibc

/// A socket on its way to whoever listens, without ever waiting.
package struct OutgoingSocket: Sendable {
    /// Whom it goes to.
    package enum Target: Sendable {
        case path(String)
        case abstract(String)
        case network(SocketAddress)
    }

    /// How far it came.
    package enum Progress: Sendable {
        case connected
        /// Later, when it can be written to: then ask for the result.
        case underway
        /// The other side has too many who wait; later, and nothing tells when.
        case crowded
    }

    private static let longestPath = 107

    package let socket: SharedDescriptor
    private let target: Target
    private let place: LocalPlace?

    /// - Parameters:
    ///   - target: whom it goes to.
    ///   - packets: whether a local socket carries packets and not a stream of bytes.
    /// - Throws: when there is no folder there, or no room for a socket.
    package init(_ target: Target, packets: Bool) throws(LocalPlace.Failure) {
        self.target = target
        // A path that fits into an address needs no detour through its folder.
        if case .path(let path) = target, path.utf8.count > Self.longestPath || path.isEmpty {
            place = try LocalPlace(path)
        } else {
            place = nil
        }
        do throws(SystemError) {
            switch target {
            case .path, .abstract: socket = try ListeningSocket.make(AF_UNIX, packets: packets)
            case .network(let address):
                socket = try ListeningSocket.make(address.family, packets: false)
                try NetworkOption.noDelay.set(on: socket)
            }
        } catch {
            throw .system(error)
        }
    }

    /// What the kernel says of both ends, once it is connected.
    package var ends: HandshakeEnds {
        get throws(SystemError) {
            if case .network = target { return .network }
            return .local(listener: try PeerCredentials(of: socket), client: .own, areComparable: true)
        }
    }

    /// Tries to connect.
    package func connect() throws(SystemError) -> Progress {
        let result =
            switch target {
            case .path(let path):
                unsafe place?.connect(socket) ?? mp_connect_local(socket.raw, path, path.utf8.count, 0)
            case .abstract(let name): unsafe mp_connect_local(socket.raw, name, name.utf8.count, 1)
            case .network(let address):
                unsafe address.withAddress { unsafe Glibc.connect(socket.raw, $0, $1) }
            }
        if result == 0 || errno == EISCONN { return .connected }
        switch errno {
        case EINPROGRESS, EALREADY, EINTR: return .underway
        case EAGAIN: return .crowded
        default: throw .last("connect")
        }
    }

    /// What came of a way that was underway, once the socket can be written to.
    package func result() throws(SystemError) {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else {
            throw .last("getsockopt")
        }
        guard code == 0 else { throw SystemError(code: code, call: "connect") }
    }
}
