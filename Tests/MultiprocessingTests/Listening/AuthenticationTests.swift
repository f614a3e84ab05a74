import Glibc
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// Who is let in, and who is not.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct AuthenticationTests {
    private static let bytes = [UInt8](repeating: 3, count: 32)

    /// The listener still lets in whom it should.
    private func expectService(_ listener: Listener, key: AuthenticationKey?) async throws {
        let client = try await Connection.connect(to: listener.address, key: key)
        let server = try await listener.accept()
        try await client.send("still here")
        #expect(try await server.receive(String.self) == "still here")
    }

    @Test(
        "a key of which the last bit is another: both sides fail, and the listener goes on",
        arguments: Place.allCases)
    func wrongKey(place: Place) async throws {
        let key = try AuthenticationKey(Self.bytes)
        let wrong = try AuthenticationKey(Self.bytes.dropLast() + [2])
        let listener = try await Listener(place.address, key: key)
        for _ in 0..<3 {
            let error = await #expect(throws: MultiprocessingError.self) {
                try await Connection.connect(to: listener.address, key: wrong)
            }
            #expect(error?.code == .authenticationFailed)
        }
        #expect(await code { _ = try await listener.accept(timeout: .zero) } == .timeout)
        // The client hears of it a moment before it is counted.
        while listener.counts.refused < 3 { await Task.yield() }
        try await expectService(listener, key: key)
        #expect(listener.counts.accepted == 1)
    }

    @Test("AUT-14: a key on one side only is a mismatch, in bounded time", arguments: [true, false])
    func keyOnOneSide(isListeners: Bool) async throws {
        let key = try AuthenticationKey(Self.bytes)
        let listener = try await Listener(key: isListeners ? key : nil)
        let error = await #expect(throws: MultiprocessingError.self) {
            try await Connection.connect(to: listener.address, key: isListeners ? nil : key)
        }
        #expect(error?.code == .authenticationFailed)
        try await expectService(listener, key: isListeners ? key : nil)
    }

    @Test(
        "SLI-05: without a key nobody listens at or connects to what others can reach; TCP is this machine's by default"
    )
    func withoutKey() async throws {
        for address in [ListenerAddress.tcp(), .abstractUnix("mp-test-nobody")] {
            #expect(await code { _ = try await Listener(address, key: nil) } == .invalidArgument)
            #expect(
                await code { _ = try await Connection.connect(to: address, key: nil) } == .invalidArgument)
        }
        #expect(try await Listener(.tcp()).address.host == "127.0.0.1")
    }

    @Test(
        "LIS-03 AUT-05: an empty key is none, short and long ones are refused, and all others work",
        arguments: [16, 4096])
    func sizes(count: Int) async throws {
        for wrong in [0, 15, 4097] {
            #expect(
                await code { _ = try AuthenticationKey([UInt8](repeating: 1, count: wrong)) }
                    == .invalidArgument)
        }
        #expect(try AuthenticationKey().count == 32)
        for place in Place.both {
            let key = try AuthenticationKey([UInt8](repeating: 1, count: count))
            try await expectService(try await Listener(place.address, key: key), key: key)
        }
        let short = try AuthenticationKey(insecureShort: Array("secret password".utf8))
        try await expectService(try await Listener(key: short), key: short)
    }

    @Test("AUT-18: a manager's address does not take a proof for a listener, nor the other way round")
    func purposes() async throws {
        let key = try AuthenticationKey(Self.bytes)
        let manager = try await Listener(
            nil, ListenerSettings(key: key, purpose: .manager, backlog: 8, maximumLength: 1000))
        #expect(
            await code { _ = try await Connection.connect(to: manager.address, key: key) }
                == .authenticationFailed)
        let client = try await Connection.connect(to: manager.address, key: key, purpose: .manager)
        _ = try await manager.accept()
        client.close()
        let listener = try await Listener(key: key)
        #expect(
            await code { _ = try await Connection.connect(to: listener.address, key: key, purpose: .manager) }
                == .authenticationFailed)
    }

    @Test("a stranger hears one greeting and one word, whatever he says", arguments: Place.both)
    func strangers(place: Place) async throws {
        let listener = try await Listener(place.address)
        for text in [[0, 0], [1, 0, 0], [255, 255], Array("GET / HTTP/1.1\r\n\r\n".utf8)] as [[UInt8]] {
            let client = try RawClient(listener.address)
            let hello = try #require(client.receive(69))
            #expect(hello.count == 69)
            client.send(text)
            shutdown(client.socket, Int32(SHUT_WR))
            #expect(client.receiveAll() == [33, 0, 0] + [UInt8](repeating: 0, count: 32))
        }
        #expect(listener.counts.refused == 4)
        #expect(await code { _ = try await listener.accept(timeout: .zero) } == .timeout)
    }

    @Test("AUT-08: what a good client said is of no use to a second one", arguments: Place.both)
    func replay(place: Place) async throws {
        let key = try AuthenticationKey(Self.bytes)
        let listener = try await Listener(place.address, key: key)
        // The client of a recording; what it said is right for its own connection only.
        let recorded = try RawClient(listener.address)
        let hello = try #require(recorded.receive(69))
        let socket = try SharedDescriptor(duplicating: recorded.socket)
        let ends =
            place.isLocal
            ? HandshakeEnds.local(
                listener: try PeerCredentials(of: socket), client: .own, areComparable: true)
            : .network
        var machine = ClientHandshake(
            key: key.secret, purpose: "listener", ends: ends, numbers: PeerCredentials.numbers,
            nonce: HandshakeNonce.make())
        try machine.receive(hello[...])
        let answer = machine.takeOutput()
        recorded.send(answer)
        #expect(recorded.receive(35)?[2] == 1)
        for _ in 0..<3 {
            let second = try RawClient(listener.address)
            #expect(second.receive(69)?.count == 69)
            second.send(answer)
            let rest = try #require(second.receiveAll())
            #expect(rest.count == 35 && rest[2] == 0)
        }
        #expect(listener.counts.accepted == 1 && listener.counts.refused == 3)
    }

    @Test("descriptors in a handshake that nobody asked for are closed")
    func unaskedDescriptors() async throws {
        let listener = try await Listener()
        let before = Survey.openDescriptors().count
        for _ in 0..<200 {
            let client = try RawClient(listener.address)
            #expect(client.receive(69)?.count == 69)
            let socket = MessageSocket(try SharedDescriptor(duplicating: client.socket))
            try? socket.send([1], descriptors: Array(repeating: socket.socket, count: 100), until: nil)
            // Not even a word.
            #expect(client.receiveAll() == [])
        }
        // Other tests open and close some at the same time.
        #expect(Survey.openDescriptors().count < before + 500)
        #expect(listener.counts.refused == 200)
    }

    @Test("S6: no closure is taken from what comes over a listener, and handles are values")
    func closures() async throws {
        let joined = try await Joined()
        // What the pool's workers take on their inherited channels is no value here, whatever is asked for.
        var writer = MessageWriter()
        try InvocationCoder.encode(Body0<Int> { 42 }, context: Nothing(), into: &writer)
        for _ in 0..<3 {
            try await joined.client.send(bytes: writer.bytes.bytes)
            #expect(await code { _ = try await joined.server.receive([String: Int].self) } == .undecodable)
        }
        try await joined.client.send(1)
        #expect(try await joined.server.receive(Int.self) == 1)
    }
}
