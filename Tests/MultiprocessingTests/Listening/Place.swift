import Glibc
import Multiprocessing

/// The kinds of places that a listener can be at.
enum Place: String, CaseIterable, Sendable {
    case own, unix, abstract, tcp, tcp6, named

    /// An address that nobody uses; nil for one that the listener chooses.
    var address: ListenerAddress? {
        let name = "mp-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        return switch self {
        case .own: nil
        case .unix: .unix("/tmp/\(name)")
        case .abstract: .abstractUnix(name)
        case .tcp: .tcp()
        case .tcp6: .tcp("::1")
        case .named: .tcp("localhost")
        }
    }

    var isLocal: Bool { self == .own || self == .unix || self == .abstract }

    static let local: [Place] = [.own, .unix, .abstract]
    /// One place where packets are carried, and one of bytes.
    static let both: [Place] = [.own, .tcp]
}

/// A connection to a new listener, and its other end.
struct Joined {
    let listener: Listener
    let client: Connection
    let server: Connection

    init(_ place: Place = .own, maximumLength: Int = Connection.listenerMaximumLength) async throws {
        let listener = try await Listener(place.address, maximumLength: maximumLength)
        async let accepted = listener.accept()
        client = try await Connection.connect(to: listener.address)
        server = try await accepted
        self.listener = listener
    }
}

/// Reads and writes a socket without the library's help, and waits for it on the thread that calls.
final class RawClient: Sendable {
    let socket: Int32

    /// Connects to a listener.
    init(_ address: ListenerAddress) throws {
        if let path = address.path {
            socket = Glibc.socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
            var place = sockaddr_un()
            place.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
            try connect(&place)
        } else if let port = address.port {
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = port.bigEndian
            place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            try connect(&place)
        } else {
            throw Plain(text: "no address for a raw client")
        }
        limitWaits()
    }

    /// Takes over a socket that is connected.
    init(adopting socket: Int32) {
        self.socket = socket
        limitWaits()
    }

    deinit { close(socket) }

    /// Nothing here waits for ever.
    private func limitWaits() {
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private func connect<Address>(_ address: inout Address) throws {
        let size = socklen_t(MemoryLayout<Address>.size)
        let result = withUnsafeMutableBytes(of: &address) { bytes in
            // An address is never empty.
            bytes.baseAddress.map { Glibc.connect(socket, $0.assumingMemoryBound(to: sockaddr.self), size) }
        }
        guard result == 0 else { throw Plain(text: "connect: \(errno)") }
    }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// What comes next; empty at the end, nil when nothing came for a minute.
    func receive(_ count: Int = 1024) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = recv(socket, &bytes, count, 0)
        // Tells once that the other side left something unread. What it sent before can still be read.
        if received < 0, errno == ECONNRESET { received = recv(socket, &bytes, count, 0) }
        return received < 0 ? nil : Array(bytes.prefix(received))
    }

    /// Everything until the end.
    func receiveAll() -> [UInt8]? {
        var all: [UInt8] = []
        while true {
            guard let part = receive() else { return nil }
            if part.isEmpty { return all }
            all += part
        }
    }

    /// So many bytes; nil when there are no more.
    func receive(exactly count: Int) -> [UInt8]? {
        var all: [UInt8] = []
        while all.count < count {
            guard let part = receive(count - all.count), !part.isEmpty else { return nil }
            all += part
        }
        return all
    }
}
