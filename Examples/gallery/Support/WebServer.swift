import Glibc
import Multiprocessing

/// A web server of a few lines, in a process of its own: it answers every address with a page that names it.
enum WebServer {
    struct Unusable: Error {
        let call: String
        let code: Int32
    }

    /// Runs a body beside a server, which ends with it.
    static func serving(_ body: (UInt16) async throws -> Void) async throws {
        let (here, there) = try Connection.pipe()
        let server = ChildProcess(name: "web server", there) { there in
            let (socket, port) = try listen(isListening: true)
            try await there.send(port)
            serve(socket)
        }
        try await server.start()
        there.close()
        let port = try await here.receive(UInt16.self)
        do {
            try await body(port)
        } catch {
            try await stop(server)
            throw error
        }
        try await stop(server)
    }

    /// A port of which nobody hears anything; it stays taken for as long as this process lives.
    static func deadPort() throws -> UInt16 {
        try listen(isListening: false).port
    }

    private static func stop(_ server: ChildProcess) async throws {
        try server.kill()
        try await server.join()
    }

    private static func listen(isListening: Bool) throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Unusable(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(socket, address, size) == 0 else { return false }
                if isListening, Glibc.listen(socket, 16) != 0 { return false }
                return getsockname(socket, address, &size) == 0
            }
        }
        guard result else { throw Unusable(call: "bind", code: errno) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    private static func serve(_ socket: Int32) -> Never {
        while true {
            let client = accept(socket, nil, nil)
            guard client >= 0 else { continue }
            var request = [UInt8](repeating: 0, count: 8192)
            let count = recv(client, &request, request.count, 0)
            let words = String(decoding: request.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
            let body = "the page at \(words.count > 1 ? words[1] : "?")"
            let answer = "HTTP/1.0 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            send(client, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            close(client)
        }
    }
}
