import CMultiprocessing
import Glibc

/// How the socket of each place comes about.
extension ListeningSocket {
    static func folder() throws(LocalPlace.Failure) -> PrivateFolder {
        do {
            return try PrivateFolder()
        } catch {
            throw .system(error)
        }
    }

    static func bind(
        _ path: String, _ packets: Bool, _ backlog: Int
    ) throws(LocalPlace.Failure) -> (SharedDescriptor, LocalFile) {
        let place = try LocalPlace(path)
        try place.checkFolder()
        do throws(SystemError) {
            let socket = try make(AF_UNIX, packets: packets)
            let file = try place.bind(socket)
            do throws(SystemError) {
                try listen(socket, backlog)
            } catch {
                file.remove()
                throw error
            }
            return (socket, file)
        } catch {
            throw .system(error)
        }
    }

    static func network(
        _ wanted: SocketAddress, _ backlog: Int
    ) throws(SystemError) -> (SharedDescriptor, SocketAddress) {
        let socket = try make(wanted.family, packets: false)
        // Connections that ended a moment ago do not keep the port from being used again.
        try NetworkOption.reuseAddress.set(on: socket)
        guard unsafe wanted.withAddress({ unsafe Glibc.bind(socket.raw, $0, $1) }) == 0 else {
            throw .last("bind")
        }
        try listen(socket, backlog)
        let address = try unsafe SocketAddress { bytes, size throws(SystemError) in
            let place = unsafe bytes.start.assumingMemoryBound(to: sockaddr.self)
            guard unsafe getsockname(socket.raw, place, &size) == 0 else { throw .last("getsockname") }
        }
        return (socket, address)
    }

    static func make(_ family: Int32, packets: Bool) throws(SystemError) -> SharedDescriptor {
        let raw = mp_free_socket(family, packets ? 1 : 0)
        guard raw >= 0 else { throw .last("socket") }
        return SharedDescriptor(Descriptor(adopting: raw))
    }

    static func listen(_ socket: SharedDescriptor, _ backlog: Int) throws(SystemError) {
        guard Glibc.listen(socket.raw, Int32(clamping: backlog)) == 0 else { throw .last("listen") }
    }
}
