import Dispatch
import Glibc

/// One client: reads its request, lets the handler answer, and notices when the client hangs up meanwhile.
final class HTTPConnection: @unchecked Sendable {
    // @unchecked because of what changes: only the server's queue uses it.
    private static let headLimit = 16 << 10
    /// How long a client may take to send its request, or to read the answer.
    private static let patience = DispatchTimeInterval.seconds(10)

    private let socket: Int32
    private let number: Int
    private let queue: DispatchQueue
    private let handler: HTTPServer.Handler
    private let closed: @Sendable () -> Void
    private let reading: any DispatchSourceRead
    private var received: [UInt8] = []
    private var task: Task<Void, Never>?
    /// What is left of the answer, and the wait for room.
    private var answer: ArraySlice<UInt8> = []
    private var writing: (any DispatchSourceWrite)?
    private var isOver = false

    init(
        _ socket: Int32, number: Int, queue: DispatchQueue, handler: @escaping HTTPServer.Handler,
        closed: @escaping @Sendable () -> Void
    ) {
        (self.socket, self.number, self.queue, self.handler) = (socket, number, queue, handler)
        self.closed = closed
        reading = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
    }

    func begin() {
        // The source keeps the connection until `end`.
        reading.setEventHandler { self.read() }
        reading.setCancelHandler { [socket, closed] in
            close(socket)
            closed()
        }
        reading.activate()
        queue.asyncAfter(deadline: .now() + Self.patience) { if self.task == nil { self.end() } }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        // The client has hung up: nobody needs the answer any more.
        guard count > 0 else { return end() }
        // What comes behind the request belongs to nothing.
        guard task == nil else { return }
        received += buffer[..<count]
        let text = String(decoding: received, as: UTF8.self)
        if let head = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false).first,
            head.utf8.count < text.utf8.count
        {
            start(HTTPRequest(number: number, head: String(head)))
        } else if received.count > Self.headLimit {
            task = Task {}
            send(HTTPResponse(status: 431, body: ""))
        }
    }

    private func start(_ request: HTTPRequest?) {
        let (handler, queue) = (handler, queue)
        task = Task {
            let response =
                if let request { await handler(request) } else {
                    HTTPResponse(status: 400, body: "that is no request\n")
                }
            queue.async { self.send(response) }
        }
    }

    private func send(_ response: HTTPResponse) {
        guard !isOver else { return }
        answer = response.bytes[...]
        queue.asyncAfter(deadline: .now() + Self.patience) { self.end() }
        write()
    }

    private func write() {
        while !answer.isEmpty {
            let count = answer.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return waitForRoom() }
            guard count > 0 else { break }
            answer = answer.dropFirst(count)
        }
        end()
    }

    private func waitForRoom() {
        guard writing == nil else { return }
        let source = DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
        source.setEventHandler { self.write() }
        source.activate()
        writing = source
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        task?.cancel()
        writing?.cancel()
        reading.cancel()
    }
}
