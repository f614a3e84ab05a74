import Glibc
import Multiprocessing

/// A socket to which clients connect that take it for a listener; waits on the thread that calls.
final class RawDoor: Sendable {
    let address: ListenerAddress
    private let socket: Int32

    init() throws {
        let raw = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                guard bind(raw, place, size) == 0, listen(raw, 8) == 0 else { return Int32(-1) }
                return getsockname(raw, place, &size)
            }
        }
        socket = raw
        address = .tcp(port: UInt16(bigEndian: place.sin_port))
        guard result == 0 else { throw Plain(text: "no door: \(errno)") }
    }

    deinit { close(socket) }

    /// The next client; an error when nobody came for a minute, or the door was shut.
    func accept() throws -> RawClient {
        var item = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, 60_000) == 1 else { throw Plain(text: "nobody came") }
        let raw = Glibc.accept(socket, nil, nil)
        guard raw >= 0 else { throw Plain(text: "accept: \(errno)") }
        return RawClient(adopting: raw)
    }

    /// Whoever waits for a client waits no longer.
    func shut() { shutdown(socket, Int32(SHUT_RDWR)) }
}

extension RawClient {
    /// Sends a short message as CPython does.
    func sendFrame(_ bytes: [UInt8]) {
        send([0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes)
    }

    /// The next short message; nil at the end.
    func receiveFrame() -> [UInt8]? {
        guard let head = receive(exactly: 4) else { return nil }
        return receive(exactly: head.reduce(0) { $0 << 8 | Int($1) })
    }
}

/// Passes on, for one client, what it and a local listener say.
struct LocalRelay {
    private let door: Int32

    init(at path: String) throws {
        door = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let door = door
        let result = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(door, $0, size) }
        }
        guard result == 0, listen(door, 1) == 0 else { throw Plain(text: "no door: \(errno)") }
    }

    /// Serves one client until both sides have ended.
    func run(to address: ListenerAddress) throws {
        say("ready")
        let client = RawClient(adopting: Glibc.accept(door, nil, nil))
        let server = try RawClient(address)
        var open = [client, server]
        while !open.isEmpty {
            var items = open.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
            guard poll(&items, nfds_t(items.count), 60_000) > 0 else { throw Plain(text: "nothing happens") }
            for (item, from) in zip(items, open) where item.revents != 0 {
                let to = from === client ? server : client
                if let bytes = from.receive(), !bytes.isEmpty {
                    to.send(bytes)
                } else {
                    shutdown(to.socket, Int32(SHUT_WR))
                    open.removeAll { $0 === from }
                }
            }
        }
        close(door)
    }
}
