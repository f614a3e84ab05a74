import Glibc
import Multiprocessing
import TestSupport
import Testing

/// CPython's protocol between two ends of ours.
@Suite(.timeLimit(.minutes(10))) struct CPythonProtocolTests {
    private func pair(
        _ address: ListenerAddress? = nil, _ first: ConnectionProtocol = .cpython,
        _ second: ConnectionProtocol = .cpython
    ) async throws -> (Connection, Connection) {
        let key = try AuthenticationKey(insecureShort: [7])
        while true {
            let listener = try await Listener(address, key: key, protocol: first)
            defer { listener.close() }
            async let server = listener.accept()
            do {
                let client = try await Connection.connect(to: listener.address, key: key, protocol: second)
                return (try await server, client)
            } catch is MultiprocessingError {
                // Both sides run here, and when much else does, the five seconds of a handshake can be too short.
                try Task.checkCancellation()
            }
        }
    }

    @Test("two ends of ours", arguments: [ConnectionProtocol.cpython, .cpythonWithInsecureMD5])
    func both(second: ConnectionProtocol) async throws {
        for address in [
            nil, ListenerAddress.tcp(), .abstractUnix("mp-\(getpid())-\(UInt64.random(in: 0 ... .max))"),
        ] {
            let (server, client) = try await pair(address, .cpython, second)
            for count in [0, 1, 100_000, 5 << 20] {
                async let sent: Void = client.send(bytes: pattern(count))
                #expect(try await server.receiveBytes() == pattern(count))
                try await sent
            }
            // The kernel knows who is there, although no descriptors go over it.
            #expect(try client.peer?.processID == (address?.port == nil ? getpid() : nil))
            client.close()
            #expect(await code { _ = try await server.receiveBytes() } == .connectionClosed)
        }
    }

    @Test("values of the library are refused, in both directions, and bytes go on")
    func values() async throws {
        let (server, client) = try await pair()
        let refusal = await #expect(throws: MultiprocessingError.self) { try await client.send(["a": 1]) }
        #expect(refusal?.code == .invalidArgument)
        #expect(refusal?.description.contains("bytes") == true)
        try await client.send(bytes: [1, 2])
        #expect(await code { _ = try await server.receive([String: Int].self) } == .invalidArgument)
        #expect(await code { _ = try server.tryReceive(Int.self) } == .invalidArgument)
        #expect(try await server.receiveBytes() == [1, 2])
    }

    @Test("an end is given to another process, and goes on there", .startsProcesses, arguments: everyContext)
    func elsewhere(context: ProcessContext) async throws {
        let (server, client) = try await pair()
        let child = ChildProcess(client, context: context) { client in
            let bytes = try await client.receiveBytes()
            try await client.send(bytes: bytes.reversed())
        }
        try await child.start()
        client.close()
        try await server.send(bytes: [1, 2, 3])
        #expect(try await server.receiveBytes() == [3, 2, 1])
        #expect(try await child.join() == .exited(0))
    }

    @Test("programs that speak different protocols do not come together", arguments: [true, false])
    func mixed(isListenerNative: Bool) async throws {
        let key = try AuthenticationKey()
        let listener = try await Listener(.tcp(), key: key, protocol: isListenerNative ? .native : .cpython)
        defer { listener.close() }
        let place = listener.address
        let other = isListenerNative ? ConnectionProtocol.cpython : .native
        let found = await code { _ = try await Connection.connect(to: place, key: key, protocol: other) }
        #expect(found == .protocolViolation)
        #expect(await code { _ = try await listener.accept(timeout: .zero) } == .timeout)
    }

    @Test("AUT-14: a key on one side only: typed, in bounded time")
    func silence() async throws {
        // Whoever listens there without a key has nothing to say.
        let listener = try await Listener(key: nil, protocol: .cpython)
        defer { listener.close() }
        let place = listener.address
        let key = try AuthenticationKey()
        #expect(
            await code { _ = try await Connection.connect(to: place, key: key, protocol: .cpython) }
                == .timeout)
    }

    @Test("AUT-14: a client without a key, which says nothing, is sent away in bounded time")
    func silentClient() async throws {
        let listener = try await Listener(key: AuthenticationKey(), protocol: .cpython)
        defer { listener.close() }
        // Without a key a client of this protocol takes what comes for a message.
        let client = try await Connection.connect(to: listener.address, key: nil, protocol: .cpython)
        let challenge = try await client.receiveBytes()
        #expect(challenge.starts(with: Array("#CHALLENGE#{sha256}".utf8)))
        #expect(challenge.count == 59)
        #expect(await code { _ = try await client.receiveBytes() } == .connectionClosed)
        #expect(listener.counts.dropped == 1)
    }

    @Test("a listener's connections accept 64 MiB, unless it was made otherwise")
    func standardLimit() async throws {
        let (server, client) = try await pair()
        let sending = Task { try await client.send(bytes: [UInt8](repeating: 0, count: (64 << 20) + 1)) }
        #expect(await code { _ = try await server.receiveBytes() } == .messageTooLong)
        server.close()
        #expect(await code { try await sending.value } == .brokenConnection)
    }

    @Test("a longer message than a listener of this protocol accepts")
    func limit() async throws {
        let listener = try await Listener(key: nil, protocol: .cpython, maximumLength: 10)
        defer { listener.close() }
        let client = try await Connection.connect(to: listener.address, key: nil, protocol: .cpython)
        let server = try await listener.accept()
        try await client.send(bytes: pattern(10))
        try await client.send(bytes: pattern(11))
        #expect(try await server.receiveBytes() == pattern(10))
        #expect(await code { _ = try await server.receiveBytes() } == .messageTooLong)
    }

    @Test("packets are not CPython's")
    func packets() async throws {
        let (one, other) = try Connection.pipe()
        let raw = try one.fileDescriptor
        #expect(
            await code { _ = try Connection(fileDescriptor: raw, protocol: .cpython) } == .invalidArgument)
        withExtendedLifetime(other) {}
    }
}
