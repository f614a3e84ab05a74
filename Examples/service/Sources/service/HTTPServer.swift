import Dispatch
import Glibc

/// A web server that is just enough for an example: one request on each connection, without a body.
///
/// A real server would take one of the frameworks; what matters here is what it tells the handler, and when: the
/// handler's task is cancelled when its client hangs up.
final class HTTPServer: Sendable {
    typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Everything that concerns a socket happens here, one thing after another.
    private let queue = DispatchQueue(label: "http")
    /// Unsafe only because Dispatch does not say that any thread may use a source.
    nonisolated(unsafe) private let listening: any DispatchSourceRead
    private let open = DispatchGroup()
    let port: UInt16

    /// Listens on this machine only; port 0 lets the system choose.
    init(port: UInt16, handler: @escaping Handler) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Self.flags, 0)
        guard socket >= 0 else { throw Failure(call: "socket", code: errno) }
        do {
            self.port = try Self.listen(socket, port: port)
        } catch {
            close(socket)
            throw error
        }
        listening = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
        let (queue, open) = (queue, open)
        nonisolated(unsafe) var count = 0  // Only used on the queue.
        listening.setEventHandler {
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                // Workers that start right now do not get it: they have what they are given and nothing else.
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                _ = fcntl(client, F_SETFL, O_NONBLOCK)
                count += 1
                open.enter()
                HTTPConnection(client, number: count, queue: queue, handler: handler) { open.leave() }.begin()
            }
        }
        listening.setCancelHandler { close(socket) }
        listening.activate()
    }

    /// Takes no more connections.
    func stopAccepting() {
        listening.cancel()
    }

    /// Waits until all connections are closed.
    func finish() async {
        await withCheckedContinuation { waiting in
            open.notify(queue: queue) { waiting.resume() }
        }
    }

    private static let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    private static func listen(_ socket: Int32, port: UInt16) throws -> UInt16 {
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(socket, address, size) == 0 else { throw Failure(call: "bind", code: errno) }
                guard Glibc.listen(socket, 512) == 0 else { throw Failure(call: "listen", code: errno) }
                getsockname(socket, address, &size)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
