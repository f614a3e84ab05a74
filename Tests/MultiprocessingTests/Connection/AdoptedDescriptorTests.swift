import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Connections over sockets and pipes that somebody else made.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct AdoptedDescriptorTests {
    enum Channel: String, CaseIterable, Sendable {
        case stream, packets, tcp

        /// Two joined sockets.
        func make() throws -> (Int32, Int32) {
            guard self == .tcp else {
                var ends: [Int32] = [-1, -1]
                let type = self == .packets ? SOCK_SEQPACKET : SOCK_STREAM
                guard socketpair(AF_UNIX, Int32(type.rawValue), 0, &ends) == 0 else {
                    throw Plain(text: "no pair")
                }
                return (ends[0], ends[1])
            }
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let isJoined = withUnsafeMutableBytes(of: &address) { bytes in
                guard let place = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                    return false
                }
                return bind(listener, place, size) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, place, &size) == 0 && connect(client, place, size) == 0
            }
            let server = accept(listener, nil, nil)
            guard isJoined, server >= 0 else { throw Plain(text: "no TCP") }
            return (client, server)
        }

        /// Two joined connections; the sockets themselves are gone.
        func connections() throws -> (Connection, Connection) {
            let (first, second) = try make()
            defer {
                close(first)
                close(second)
            }
            return (try Connection(fileDescriptor: first), try Connection(fileDescriptor: second))
        }
    }

    @Test("messages of every size over adopted sockets, and the end", arguments: Channel.allCases)
    func messages(channel: Channel) async throws {
        let (left, right) = try channel.connections()
        for count in [0, 1, 7, 16, 100_000, 5 << 20] {
            async let sent: Void = left.send(bytes: pattern(count))
            #expect(try await right.receiveBytes() == pattern(count))
            try await sent
            async let answered: Void = right.send(["count": count])
            #expect(try await left.receive([String: Int].self) == ["count": count])
            try await answered
        }
        try await left.send(bytes: pattern(1000))
        left.close()
        #expect(try await right.receiveBytes() == pattern(1000))
        #expect(await code { _ = try await right.receiveBytes() } == .connectionClosed)
        // A first message may still be taken by the network.
        var last: MultiprocessingError.Code?
        for _ in 0..<100 where last == nil {
            last = await code { try await right.send(bytes: pattern(100_000)) }
        }
        #expect(last == .brokenConnection)
    }

    @Test(
        "a receiver of a stream that gives up in the middle of a message finds the rest",
        arguments: [Channel.stream, .tcp])
    func partOfAMessage(channel: Channel) async throws {
        let (left, right) = try channel.connections()
        let bytes = pattern(32 << 20)
        let sending = Task { try await left.send(bytes: bytes) }
        var found: [UInt8]?
        while found == nil {
            found = try right.tryReceiveBytes()
            await Task.yield()
        }
        #expect(found == bytes)
        try await sending.value
        #expect(await code { _ = try await right.receive(Int.self, timeout: .milliseconds(1)) } == .timeout)
    }

    @Test("a message that is too long for the receiver of a stream", arguments: [Channel.stream, .tcp])
    func tooLong(channel: Channel) async throws {
        let (left, right) = try channel.connections()
        try await left.send(bytes: pattern(100))
        #expect(await code { _ = try await right.receiveBytes(maximumLength: 99) } == .messageTooLong)
        #expect(await code { _ = try await right.receiveBytes() } == .protocolViolation)
    }

    @Test("foreign bytes in a stream are an error")
    func foreign() async throws {
        let (raw, other) = try Channel.stream.make()
        defer { close(raw) }
        let connection = try Connection(fileDescriptor: other)
        close(other)
        put("GET / HTTP/1.1\r\n\r\n", raw)
        #expect(await code { _ = try await connection.receiveBytes() } == .protocolViolation)
    }

    @Test("CON-17: both ends of a pipe, each in its direction; back-pressure and long messages")
    func pipes() async throws {
        let (rawReader, rawWriter) = try pipePair()
        let reader = try Connection(fileDescriptor: rawReader)
        let writer = try Connection(fileDescriptor: rawWriter)
        close(rawReader)
        close(rawWriter)
        #expect(reader.isReadable && !reader.isWritable && !writer.isReadable && writer.isWritable)
        // Nobody else's mode was changed.
        #expect(fcntl(try writer.fileDescriptor, F_GETFL) & O_NONBLOCK == 0)
        for count in [0, 1, 4096, 70_000, 3 << 20] {
            async let sent: Void = writer.send(bytes: pattern(count))
            #expect(try await reader.receiveBytes() == pattern(count))
            try await sent
        }
        #expect(try await !reader.poll())
        reader.close()
        #expect(await code { try await writer.send(bytes: pattern(100)) } == .brokenConnection)
    }

    @Test("descriptors travel over local streams, and are refused by TCP")
    func descriptors() async throws {
        let (left, right) = try Channel.stream.connections()
        let (a, b) = try Connection.pipe()
        try await left.send([a, a])
        let found = try await right.receive([Connection].self)
        try await found[0].send("text")
        #expect(try await b.receive(String.self) == "text")
        let (client, server) = try Channel.tcp.connections()
        let refusal = await #expect(throws: MultiprocessingError.self) { try await client.send(a) }
        #expect(refusal?.code == .notTransferable)
        try await client.send(1)
        #expect(try await server.receive(Int.self) == 1)
    }

    @Test("FDP-04: a TCP socket is sent to another process and used there", arguments: everyContext)
    func tcpElsewhere(context: ProcessContext) async throws {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far, context: context) { far in
            let raw = try await far.receive(TransferredDescriptor.self)
            put("from the child", raw.raw)
            let connection = try await far.receive(Connection.self)
            try await connection.send("a message")
        }
        try await child.start()
        far.close()
        let (client, server) = try Channel.tcp.make()
        try await near.send(TransferredDescriptor(duplicating: client))
        close(client)
        let (left, right) = try Channel.tcp.connections()
        try await near.send(left)
        left.close()
        #expect(readAll(server) == "from the child")
        close(server)
        #expect(try await right.receive(String.self) == "a message")
        #expect(try await child.join() == .exited(0))
    }

    @Test("CON-09: what is no connection is refused")
    func refused() async throws {
        let file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isListening = withUnsafeBytes(of: address) { bytes in
            guard let place = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            // With no name, the kernel gives it one.
            return bind(listener, place, 2) == 0 && listen(listener, 1) == 0
        }
        #expect(isListening)
        for raw in [-1, 99_999, file, listener] {
            #expect(await code { _ = try Connection(fileDescriptor: raw) } == .invalidArgument)
        }
        let (reader, writer) = try pipePair()
        defer {
            close(reader)
            close(writer)
        }
        #expect(
            await code { _ = try Connection(fileDescriptor: reader, readable: false) } == .invalidArgument)
    }

    @Test("CON-10: time limits of a socket do not end the library's waits")
    func socketLimits() async throws {
        let (first, second) = try Channel.stream.make()
        var limit = timeval(tv_sec: 0, tv_usec: 20_000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            #expect(
                setsockopt(second, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)) == 0)
        }
        let (left, right) = (try Connection(fileDescriptor: first), try Connection(fileDescriptor: second))
        close(first)
        close(second)
        #expect(try await !right.poll(timeout: .milliseconds(100)))
        #expect(await code { _ = try await right.receive(Int.self, timeout: .milliseconds(100)) } == .timeout)
        let receiving = Task { try await right.receive(Int.self) }
        try await left.send(7)
        #expect(try await receiving.value == 7)
    }

    @Test("WAI-02: four plain sockets, ten messages each, through one wait")
    func plainSockets() async throws {
        let pairs = try (0..<4).map { _ in try Channel.stream.make() }
        for (number, pair) in pairs.enumerated() {
            for round in 0..<10 { put("\(number)\(round) ", pair.1) }
            close(pair.1)
        }
        var open = Set(pairs.map { WaitableDescriptor($0.0) })
        var texts: [Int32: String] = [:]
        while !open.isEmpty {
            for ready in try await waitAny(Array(open)) {
                var bytes = [UInt8](repeating: 0, count: 5)
                let count = read(ready.raw, &bytes, bytes.count)
                texts[ready.raw, default: ""] += String(decoding: bytes[..<max(0, count)], as: UTF8.self)
                if count <= 0 {
                    open.remove(ready)
                    close(ready.raw)
                }
            }
        }
        for (number, pair) in pairs.enumerated() {
            #expect(texts[pair.0] == (0..<10).map { "\(number)\($0) " }.joined())
        }
    }
}
