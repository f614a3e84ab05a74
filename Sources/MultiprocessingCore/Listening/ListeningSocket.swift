import CMultiprocessing
import Glibc

/// A socket that connections are made to, without ever waiting.
package struct ListeningSocket: Sendable {
    /// Where a socket listens.
    package enum Place: Sendable {
        /// In a new folder for this user only.
        case privateFolder
        case path(String)
        case abstract(String)
        case network(SocketAddress)
    }

    /// A connection that was made, and from where, if the family says so.
    package struct Arrival: Sendable {
        package let socket: SharedDescriptor
        package let address: SocketAddress?
    }

    package let socket: SharedDescriptor
    package let isLocal: Bool
    /// Of whoever began to listen: what the kernel tells the clients of a local socket.
    private let owner = PeerCredentials.own
    /// Which process numbers those are.
    package let numbers = PeerCredentials.numbers
    /// The path of the file, if there is one.
    package let path: String?
    /// The address of the network with its port, if it is one.
    package let address: SocketAddress?
    private let file: LocalFile?
    private let folder: PrivateFolder?

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - place: where.
    ///   - packets: whether a local socket carries packets and not a stream of bytes.
    ///   - backlog: how many connections may wait to be accepted.
    /// - Throws: why nobody can listen there; nothing is left of the attempt then.
    package init(_ place: Place, packets: Bool, backlog: Int) throws(LocalPlace.Failure) {
        do throws(SystemError) {
            switch place {
            case .network(let wanted):
                (socket, address) = try Self.network(wanted, backlog)
                (isLocal, path, file, folder) = (false, nil, nil, nil)
                return
            case .abstract(let name):
                let fresh = try Self.make(AF_UNIX, packets: packets)
                guard unsafe mp_bind_local(fresh.raw, name, name.utf8.count, 1) == 0 else {
                    throw .last("bind")
                }
                try Self.listen(fresh, backlog)
                (socket, isLocal, path, address, file, folder) = (fresh, true, nil, nil, nil, nil)
                return
            case .path, .privateFolder: break
            }
        } catch {
            throw .system(error)
        }
        var own: PrivateFolder?
        do throws(LocalPlace.Failure) {
            if case .path(let path) = place {
                self.path = path.hasPrefix("/") ? path : "\(ThisProcess.workingDirectory)/\(path)"
            } else {
                let fresh = try Self.folder()
                own = fresh
                path = "\(fresh.path)/\(PrivateFolder.socketName)"
            }
            (socket, file) = try Self.bind(path ?? "", packets, backlog)
        } catch {
            own?.remove()
            throw error
        }
        (folder, isLocal, address) = (own, true, nil)
    }

    /// The next connection, if one was made.
    package func accept() throws(SystemError) -> Arrival? {
        var raw: Int32 = -1
        let address = try unsafe SocketAddress { bytes, size throws(SystemError) in
            var count: UInt32 = size
            raw = unsafe mp_accept(socket.raw, bytes.start, &count)
            size = count
            guard raw >= 0 || errno == EAGAIN else { throw .last("accept4") }
        }
        guard raw >= 0 else { return nil }
        let fresh = SharedDescriptor(Descriptor(adopting: raw))
        if isLocal { return Arrival(socket: fresh, address: nil) }
        try NetworkOption.noDelay.set(on: fresh)
        return Arrival(socket: fresh, address: address)
    }

    /// What the kernel says of both ends of a connection.
    package func ends(with arrival: Arrival) throws(SystemError) -> HandshakeEnds {
        guard isLocal else { return .network }
        let peer = try PeerCredentials(of: arrival.socket)
        return .local(listener: owner, client: peer, areComparable: true)
    }

    /// Nobody gets in any more, and what was made in the file system is removed.
    ///
    /// The address is free at once, although copies of this process may have the socket for longer.
    package func end() {
        file?.remove()
        folder?.remove()
        shutdown(socket.raw, Int32(SHUT_RDWR))
    }
}
