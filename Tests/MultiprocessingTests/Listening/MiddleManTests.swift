import Dispatch
import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Attacks on the way between a client and a listener, through real sockets.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct MiddleManTests {
    /// What a side may say when somebody else speaks for the other one.
    private static let refusals: Set<MultiprocessingError.Code> = [
        .authenticationFailed, .protocolViolation, .versionMismatch, .brokenConnection, .connectionClosed,
        .truncated, .timeout,
    ]

    private struct Way: Sendable {
        let client: Connection
        let server: Connection
        let man: MiddleMan
        let listener: Listener

        /// A connection through somebody.
        init(_ change: @escaping MiddleMan.Change) async throws {
            let listener = try await Listener(.tcp())
            self.listener = listener
            man = try MiddleMan(before: listener.address, change)
            async let accepted = listener.accept()
            client = try await Connection.connect(to: man.address)
            server = try await accepted
        }
    }

    @Test("somebody in between who passes all on unchanged learns and changes nothing")
    func relay() async throws {
        let heard = Mutex<[UInt8]>([])
        let way = try await Way { message in
            heard.withLock { $0 += message.bytes }
            return [message.bytes]
        }
        defer { way.man.stop() }
        for number in 0..<10 {
            try await way.client.send(number)
            #expect(try await way.server.receive(Int.self) == number)
            try await way.server.send("\(number)")
            #expect(try await way.client.receive(String.self) == "\(number)")
        }
        #expect(heard.withLock { $0.count } > 1000)
    }

    @Test("a bit of the handshake that is changed on its way lets nobody in", arguments: 0..<3)
    func handshake(number: Int) async throws {
        // The listener's hello, the client's answer, the listener's verdict.
        let wanted = [(MiddleMan.Speaker.listener, 0), (.client, 0), (.listener, 1)][number]
        for position in [0, 2, 3, 10, 30, 34] {
            let listener = try await Listener(.tcp())
            let man = try MiddleMan(before: listener.address) { message in
                guard (message.speaker, message.number) == wanted else { return [message.bytes] }
                var bytes = message.bytes
                bytes[min(position, bytes.count - 1)] ^= 0x10
                return [bytes]
            }
            defer { man.stop() }
            let found = await code {
                try await Connection.connect(to: man.address, timeout: .seconds(60)).close()
            }
            #expect(found.map(Self.refusals.contains) == true, "\(position): \(String(describing: found))")
            if number < 2 {
                #expect(await code { _ = try await listener.accept(timeout: .zero) } == .timeout)
                #expect(listener.counts.accepted == 0)
            } else {
                // The listener has told the right client; what that makes of it, it learns by the end.
                let server = try await listener.accept()
                #expect(
                    await code { _ = try await server.receiveBytes() }.map(Self.refusals.contains) == true)
            }
        }
    }

    @Test("a client's proof that comes back to it as the listener's is refused")
    func mirroredProof() async throws {
        let listener = try await Listener(.tcp())
        let proof = Mutex<[UInt8]>([])
        let man = try MiddleMan(before: listener.address) { message in
            if message.speaker == .client { proof.withLock { $0 = message.bytes.suffix(32) } }
            guard message.speaker == .listener, message.number == 1 else { return [message.bytes] }
            return [message.bytes.dropLast(32) + proof.withLock { $0 }]
        }
        defer { man.stop() }
        #expect(await code { _ = try await Connection.connect(to: man.address) } == .authenticationFailed)
    }

    @Test("AUT-09: the answers of two clients that are exchanged on their way are both refused")
    func splicedProofs() async throws {
        let listener = try await Listener(.tcp())
        let swap = Swap()
        let man = try MiddleMan(before: listener.address) { message in
            guard message.speaker == .client, message.isHandshake else { return [message.bytes] }
            return [swap.give(message.bytes, of: message.connection)]
        }
        defer { man.stop() }
        await withTaskGroup(of: MultiprocessingError.Code?.self) { group in
            for _ in 0..<2 {
                group.addTask { await code { _ = try await Connection.connect(to: man.address) } }
            }
            for await found in group { #expect(found == .authenticationFailed) }
        }
        while listener.counts.refused < 2 { await Task.yield() }
        #expect(listener.counts.accepted == 0)
    }

    /// What is done with the first frames of one side; `frames` are all that have come, and the result is sent when the
    /// third has.
    enum Frames: CaseIterable, Sendable {
        case headerBit, headerCodeBit, bodyBit, bodyCodeBit, dropped, repeated, exchanged, cut

        func change(_ frames: [[UInt8]]) -> [[UInt8]] {
            var first = frames[0]
            switch self {
            case .headerBit: first[8] ^= 1
            case .headerCodeBit: first[20] ^= 0x80
            case .bodyBit: first[32] ^= 4
            case .bodyCodeBit: first[first.count - 1] ^= 1
            case .dropped: return Array(frames.dropFirst())
            case .repeated: return [first] + frames
            case .exchanged: return [frames[1], first, frames[2]]
            case .cut: first.removeSubrange(33..<34)
            }
            return [first] + frames.dropFirst()
        }
    }

    @Test(
        "AUT-19: frames that are changed, left out, repeated or moved on their way end the connection with an error",
        arguments: Frames.allCases, [MiddleMan.Speaker.client, .listener])
    func frames(change: Frames, victim: MiddleMan.Speaker) async throws {
        let kept = Mutex<[[UInt8]]>([])
        let way = try await Way { message in
            guard message.speaker == victim, !message.isHandshake else { return [message.bytes] }
            let all = kept.withLock { kept in
                kept.append(message.bytes)
                return kept
            }
            return all.count == 3 ? change.change(all) : []
        }
        defer { way.man.stop() }
        let (sender, receiver) = victim == .client ? (way.client, way.server) : (way.server, way.client)
        for number in 1...3 { try await sender.send("message \(number)") }
        if change == .repeated { #expect(try await receiver.receive(String.self) == "message 1") }
        #expect(await code { _ = try await receiver.receive(String.self) } == .authenticationFailed)
        // Nothing comes after it, and the other direction is whole.
        #expect(await code { _ = try await receiver.receive(String.self) } == .protocolViolation)
        try await receiver.send("back")
        #expect(try await sender.receive(String.self) == "back")
    }

    @Test("AUT-09 AUT-19: a frame of another connection of the same key is refused")
    func splicedFrames() async throws {
        let listener = try await Listener(.tcp())
        let swap = Swap()
        let man = try MiddleMan(before: listener.address) { message in
            guard message.speaker == .client, !message.isHandshake else { return [message.bytes] }
            return [swap.give(message.bytes, of: message.connection)]
        }
        defer { man.stop() }
        var pairs: [(Connection, Connection)] = []
        for _ in 0..<2 {
            async let accepted = listener.accept()
            let client = try await Connection.connect(to: man.address)
            pairs.append((client, try await accepted))
        }
        for pair in pairs { try await pair.0.send("the same") }
        for pair in pairs {
            #expect(await code { _ = try await pair.1.receive(String.self) } == .authenticationFailed)
        }
    }

    @Test("reflection: who passes on what a local listener says to its own client gets neither of them")
    func localRelay() async throws {
        let listener = try await Listener()
        let path = "/tmp/mp-middle-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { unlink(path) }
        // A process of its own: what the kernel says of it is what gives it away.
        let relay = ChildProcess(path, listener.address, options: .captured) { path, address in
            try await onThread { try LocalRelay(at: path).run(to: address) }
        }
        try await relay.start()
        var lines = relay.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "ready")
        #expect(await code { _ = try await Connection.connect(to: .unix(path)) } == .authenticationFailed)
        #expect(try await relay.join() == .exited(0))
        while listener.counts.refused < 1 { await Task.yield() }
        #expect(listener.counts.accepted == 0)
        // It was not the key.
        async let accepted = listener.accept()
        try await Connection.connect(to: listener.address).send(1)
        #expect(try await accepted.receive(Int.self) == 1)
    }

    @Test(
        "reflection: a client that asks another client of CPython's protocol, by way of somebody, gets no answer"
    )
    func mirroredChallenge() async throws {
        let key = try AuthenticationKey(Array("a key of many bytes".utf8))
        let door = try RawDoor()
        let address = door.address
        async let first = code {
            _ = try await Connection.connect(to: address, key: key, protocol: .cpython)
        }
        // A listener without the key asks anything, says that the answer is right, and is asked itself.
        let one = try await onThread { try door.accept() }
        let challenge = try await onThread { () -> [UInt8] in
            one.sendFrame(Array("#CHALLENGE#{sha256}".utf8) + [UInt8](repeating: 7, count: 40))
            _ = try #require(one.receiveFrame())
            one.sendFrame(Array("#WELCOME#".utf8))
            return try #require(one.receiveFrame())
        }
        #expect(challenge.starts(with: Array("#CHALLENGE#".utf8)))
        // Somebody who has the key is to answer that.
        async let second = code {
            _ = try await Connection.connect(to: address, key: key, protocol: .cpython)
        }
        let two = try await onThread { try door.accept() }
        let answer = try await onThread { () -> [UInt8]? in
            two.sendFrame(challenge)
            return two.receiveFrame()
        }
        #expect(answer == Array("#FAILURE#".utf8))
        one.sendFrame(answer ?? [])
        #expect(await second.map(Self.refusals.contains) == true)
        #expect(await first.map(Self.refusals.contains) == true)
    }
}

/// Two connections give what the other one has said.
private final class Swap: Sendable {
    private let given = Mutex<[Int: [UInt8]]>([:])
    private let isThere = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]

    /// Waits, on a thread that nobody else needs, for the other one.
    func give(_ bytes: [UInt8], of connection: Int) -> [UInt8] {
        given.withLock { $0[connection] = bytes }
        isThere[connection].signal()
        guard isThere[1 - connection].wait(timeout: .now() + 60) == .success else { return [] }
        return given.withLock { $0[1 - connection] } ?? []
    }
}
