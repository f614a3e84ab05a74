import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Listeners and their clients, as programs use them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ListenerTests {
    @Test("LIS-04: values both ways over every family, and the end", arguments: Place.allCases)
    func values(place: Place) async throws {
        let joined = try await Joined(place)
        for count in [0, 1, 1000, 65_536, 65_537, 3 << 20] {
            async let sent: Void = joined.client.send(bytes: pattern(count))
            #expect(try await joined.server.receiveBytes() == pattern(count))
            try await sent
            async let answered: Void = joined.server.send(["count": count])
            #expect(try await joined.client.receive([String: Int].self) == ["count": count])
            try await answered
        }
        try await joined.client.send("the last one")
        joined.client.close()
        #expect(try await joined.server.receive(String.self) == "the last one")
        #expect(await code { _ = try await joined.server.receiveBytes() } == .connectionClosed)
    }

    @Test("LIS-05: a process connects and says hello over every family", arguments: Place.allCases)
    func hello(place: Place) async throws {
        let listener = try await Listener(place.address)
        let child = ChildProcess(listener.address) { address in
            let connection = try await Connection.connect(to: address)
            try await connection.send("hello")
            guard try await connection.receive(Int.self) == 5 else { exit(9) }
        }
        try await child.start()
        let connection = try await listener.accept()
        let text = try await connection.receive(String.self)
        #expect(text == "hello")
        try await connection.send(text.count)
        #expect(try await child.join() == .exited(0))
    }

    @Test("LIS-02: everything closes with its scope, and a closed listener accepts nobody")
    func scopes() async throws {
        let (address, inner) = try await withListener { listener in
            let connection = try await withConnection(to: listener.address) { client in
                let server = try await listener.accept()
                try await client.send(1)
                return server
            }
            #expect(try await connection.receive(Int.self) == 1)
            #expect(await code { _ = try await connection.receiveBytes() } == .connectionClosed)
            return (listener.address, listener)
        }
        #expect(inner.isClosed)
        #expect(await code { _ = try await inner.accept() } == .closed)
        #expect(await code { _ = try await Connection.connect(to: address) } == .unreachable)
        inner.close()
    }

    @Test("closing ends those who wait: accept with an error, the sequence of connections without")
    func closing() async throws {
        let listener = try await Listener()
        let waiting = Task { await code { _ = try await listener.accept() } }
        let counting = Task { try await listener.connections.reduce(into: 0) { count, _ in count += 1 } }
        await Task.yield()
        listener.close()
        #expect(await waiting.value == .closed)
        #expect(try await counting.value == 0)
    }

    @Test("the sequence of connections gives each client once")
    func sequence() async throws {
        let listener = try await Listener()
        let clients = Task {
            for number in 0..<5 {
                try await withConnection(to: listener.address) { connection in
                    try await connection.send(number)
                    _ = try await connection.receive(Bool.self)
                }
            }
            listener.close()
        }
        var numbers: [Int] = []
        for try await connection in listener.connections {
            numbers.append(try await connection.receive(Int.self))
            try await connection.send(true)
        }
        #expect(numbers == [0, 1, 2, 3, 4])
        try await clients.value
    }

    @Test(
        "LIS-07: what the server sends right after accept is seen by the client's poll", arguments: Place.both
    )
    func sentAtOnce(place: Place) async throws {
        let listener = try await Listener(place.address)
        let server = Task {
            let connection = try await listener.accept()
            try await connection.send("at once")
            return connection
        }
        let client = try await Connection.connect(to: listener.address)
        #expect(try await client.poll(timeout: .seconds(60)))
        #expect(try await client.receive(String.self) == "at once")
        _ = try await server.value
    }

    @Test("LIS-08: addresses as texts, and texts that are none")
    func texts() async throws {
        for address in [
            ListenerAddress.unix("/a/b c"), .abstractUnix("name:with"), .tcp("127.0.0.1", port: 80),
            .tcp("::1", port: 1),
            .tcp("host.example", port: 65535),
        ] {
            #expect(try ListenerAddress(address.description) == address)
        }
        #expect(try ListenerAddress("/tmp/x") == .unix("/tmp/x"))
        for text in [
            "", "x", #"\\.\pipe\name"#, "pipe:name", "unix:", "tcp:", "tcp:1", "tcp::1", "tcp:a:",
            "tcp:a:65536",
            "tcp:::1:5", "abstract:", "AF_PIPE",
        ] {
            #expect(await code { _ = try ListenerAddress(text) } == .invalidArgument, "\(text)")
        }
        #expect(await code { _ = try await Listener(.unix("/proc/none/x")) } == .invalidArgument)
        #expect(await code { _ = try await Listener(.unix("")) } == .invalidArgument)
        #expect(await code { _ = try await Listener(.tcp("192.0.2.1")) } == .invalidArgument)
        #expect(await code { _ = try await Listener(.tcp("no such host.invalid")) } == .unreachable)
        #expect(
            await code { _ = try await Listener(.abstractUnix(String(repeating: "x", count: 108))) }
                == .invalidArgument)
        #expect(await code { _ = try await Listener(backlog: 0) } == .invalidArgument)
    }

    @Test("LIS-09: a rendezvous, whoever comes first", arguments: [true, false])
    func rendezvous(acceptsFirst: Bool) async throws {
        let listener = try await Listener()
        let accept = { @Sendable in try await listener.accept().receive(String.self) }
        let connect = { @Sendable in
            let connection = try await Connection.connect(to: listener.address)
            try await connection.send("here")
            return connection
        }
        if acceptsFirst {
            let server = Task { try await accept() }
            try await Task.sleep(for: .milliseconds(30))
            let connection = try await connect()
            #expect(try await server.value == "here")
            connection.close()
        } else {
            // Nobody accepts yet, and the client is served all the same.
            let connection = try await connect()
            try await Task.sleep(for: .milliseconds(30))
            #expect(try await accept() == "here")
            connection.close()
        }
    }

    @Test("LIS-12: the address of the peer that was accepted last, where the family has one")
    func lastAccepted() async throws {
        let tcp = try await Joined(.tcp)
        let last = try #require(tcp.listener.lastAccepted)
        #expect(last.host == "127.0.0.1")
        #expect(last.port != tcp.listener.address.port)
        let local = try await Joined(.own)
        #expect(local.listener.lastAccepted == nil)
    }

    @Test("an accept that gives up or is cancelled loses no client", arguments: Place.both)
    func givingUp(place: Place) async throws {
        let listener = try await Listener(place.address)
        #expect(await code { _ = try await listener.accept(timeout: .zero) } == .timeout)
        #expect(await code { _ = try await listener.accept(timeout: .milliseconds(20)) } == .timeout)
        let cancelled = Task { try await listener.accept() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        async let client = Connection.connect(to: listener.address)
        let server = try await listener.accept()
        try await client.send(7)
        #expect(try await server.receive(Int.self) == 7)
    }

    @Test("a client that is cancelled or out of time while nobody answers")
    func clientGivesUp() async throws {
        // The system connects, and nobody ever greets.
        let silent = try SilentListener()
        #expect(
            await code { _ = try await Connection.connect(to: silent.address, timeout: .milliseconds(50)) }
                == .timeout)
        let cancelled = Task { try await Connection.connect(to: silent.address) }
        try await Task.sleep(for: .milliseconds(10))
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test("messages over a listener's connections have a limit of their own", arguments: Place.both)
    func limit(place: Place) async throws {
        let joined = try await Joined(place, maximumLength: 100_000)
        let sending = Task { try? await joined.client.send(bytes: pattern(100_001)) }
        #expect(await code { _ = try await joined.server.receiveBytes() } == .messageTooLong)
        joined.server.close()
        _ = await sending.value
        let other = try await Joined(place)
        #expect(Connection.listenerMaximumLength == 64 << 20)
        async let sent: Void = other.client.send(bytes: pattern(1 << 20))
        #expect(
            await code { _ = try await other.server.receiveBytes(maximumLength: (1 << 20) - 1) }
                == .messageTooLong)
        other.server.close()
        _ = try? await sent
    }

    @Test("a port can be listened at again at once", arguments: 0..<3)
    func again(round: Int) async throws {
        let first = try await Joined(.tcp)
        first.listener.close()
        let second = try await Listener(first.listener.address)
        #expect(second.address == first.listener.address)
        #expect(await code { _ = try await Listener(second.address) } == .addressInUse)
        try await first.client.send(round)
        #expect(try await first.server.receive(Int.self) == round)
    }

    @Test("a port is free at once, although a copy of the process has everything that was open")
    func freeAlthoughCopied() async throws {
        let listener = try await Listener(.tcp())
        let copy = ChildProcess(context: ProcessContext(.fork)) { try await Task.sleep(for: .seconds(3600)) }
        try await copy.start()
        listener.close()
        let second = try await Listener(listener.address)
        #expect(second.address == listener.address)
        try copy.kill()
        #expect(try await copy.join() == .signaled(SIGKILL))
    }
}

/// A TCP listener that never says anything.
final class SilentListener: Sendable {
    private let socket: Int32
    let address: ListenerAddress

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let isListening = withUnsafeMutableBytes(of: &place) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return false
            }
            return bind(descriptor, address, size) == 0 && listen(descriptor, 8) == 0
                && getsockname(descriptor, address, &size) == 0
        }
        guard isListening else { throw Plain(text: "no TCP") }
        address = .tcp("127.0.0.1", port: UInt16(bigEndian: place.sin_port))
    }

    deinit { close(socket) }
}
