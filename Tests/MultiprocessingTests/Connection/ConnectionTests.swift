import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Long enough for more than one packet: the next longer one goes another way.
let packetLimit = 64 << 10

/// Bytes that differ from each other and from those of other seeds.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var words = SplitMix64(state: seed)
    var bytes = [UInt8](repeating: 0, count: count)
    var index = 0
    while index < count {
        var word = words.next()
        for _ in 0..<min(8, count - index) {
            bytes[index] = UInt8(truncatingIfNeeded: word)
            word >>= 8
            index += 1
        }
    }
    return bytes
}

/// Messages between two ends in one process.
@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
    @Test("values of every kind arrive equal, in both directions")
    func values() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send(["answer": 42])
        #expect(try await right.receive([String: Int].self) == ["answer": 42])
        try await right.send("tëxt")
        let text: String = try await left.receive()
        #expect(text == "tëxt")
        try await right.send(Int?.none)
        #expect(try await left.receive(Int?.self) == nil)
    }

    @Test(
        "CON-12 CON-14 FDP-07: messages at the one-packet limit, odd-sized ones and long ones arrive intact",
        arguments: [
            0, 1, 7, 4095, packetLimit - 1, packetLimit, packetLimit + 1, 262_143, 262_144, 262_145, 1 << 20,
            (17 << 20) + 3,
        ])
    func sizes(count: Int) async throws {
        let (left, right) = try Connection.pipe()
        let bytes = pattern(count)
        async let sent: Void = left.send(bytes: bytes)
        #expect(try await right.receiveBytes() == bytes)
        try await sent
        // And nothing is left over.
        #expect(try right.tryReceiveBytes() == nil)
        try await left.send(bytes: bytes.prefix(7))
        #expect(try await right.receiveBytes() == Array(bytes.prefix(7)))
    }

    @Test("CON-02: a buffer honours an offset; one that is too small gives an error with the whole message")
    func buffers() async throws {
        let (left, right) = try Connection.pipe()
        var buffer = [UInt8](repeating: 9, count: 10)
        try await left.send(bytes: [1, 2, 3])
        #expect(try await right.receiveBytes(into: &buffer) == 3)
        #expect(buffer == [1, 2, 3, 9, 9, 9, 9, 9, 9, 9])
        try await left.send(bytes: [4, 5])
        #expect(try await right.receiveBytes(into: &buffer, at: 8) == 2)
        #expect(buffer == [1, 2, 3, 9, 9, 9, 9, 9, 4, 5])
        let long = pattern(packetLimit * 2)
        async let sent: Void = left.send(bytes: long)
        let error = await #expect(throws: BufferTooShortError.self) {
            var small = [UInt8](repeating: 0, count: 10)
            _ = try await right.receiveBytes(into: &small, at: 3)
        }
        try await sent
        #expect(error?.message == long && error?.room == 7)
        #expect(
            await code {
                var small: [UInt8] = [0]
                _ = try await right.receiveBytes(into: &small, at: 2)
            } == .invalidArgument)
    }

    @Test("CON-05: a one-way reader cannot send, its writer can neither receive nor poll")
    func oneWay() async throws {
        let (reader, writer) = try Connection.pipe(duplex: false)
        #expect(reader.isReadable && !reader.isWritable && !writer.isReadable && writer.isWritable)
        #expect(await code { try await reader.send(1) } == .invalidArgument)
        #expect(await code { try await reader.send(bytes: [1]) } == .invalidArgument)
        #expect(await code { _ = try await writer.receive(Int.self) } == .invalidArgument)
        #expect(await code { _ = try writer.tryReceiveBytes() } == .invalidArgument)
        #expect(await code { _ = try await writer.poll() } == .invalidArgument)
        #expect(await code { _ = try await waitAny([writer]) } == .invalidArgument)
        try await writer.send("one way")
        #expect(try await reader.receive(String.self) == "one way")
        writer.close()
        #expect(await code { _ = try await reader.receive(String.self) } == .connectionClosed)
    }

    @Test("CON-07: parts of bytes are sent; what is no part is an error, and nothing is sent")
    func parts() async throws {
        let (left, right) = try Connection.pipe()
        let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        let parts: [(Int, Int?)] = [(5, nil), (7, 8), (26, nil), (26, 0), (0, 26)]
        for (offset, count) in parts {
            try await left.send(bytes: letters, at: offset, count: count)
            let end = offset + (count ?? 26 - offset)
            let expected = Array(letters[offset..<end])
            #expect(try await right.receiveBytes() == expected)
        }
        let none: [(Int, Int?)] = [(27, nil), (22, 5), (26, 1), (-1, nil), (4, -1), (1, Int.max)]
        for (offset, count) in none {
            #expect(
                await code { try await left.send(bytes: letters, at: offset, count: count) }
                    == .invalidArgument)
        }
        #expect(try right.tryReceiveBytes() == nil)
    }

    @Test("CON-08 QUE-21 QUE-25: what was sent before a close is received, then the end is an error")
    func closing() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send(1)
        try await left.send(bytes: pattern(1 << 20))
        left.close()
        left.close()
        #expect(left.isClosed && "\(left)".contains("closed"))
        #expect(await code { _ = try left.fileDescriptor } == .closed)
        #expect(await code { try await left.send(2) } == .closed)
        #expect(await code { _ = try await left.receive(Int.self) } == .closed)
        #expect(await code { _ = try await left.poll() } == .closed)
        #expect(await code { _ = try await waitAny([left]) } == .closed)
        #expect(try await right.receive(Int.self) == 1)
        #expect(try await right.receiveBytes() == pattern(1 << 20))
        for _ in 0..<2 { #expect(await code { _ = try await right.receive(Int.self) } == .connectionClosed) }
        #expect(await code { _ = try right.tryReceive(Int.self) } == .connectionClosed)
        #expect(try await right.poll())
    }

    @Test("QUE-21 CON-08: tasks that wait end when the other side or their own handle is closed")
    func closingWakes() async throws {
        let (left, right) = try Connection.pipe()
        let waiting = Task { await code { _ = try await right.receive(Int.self) } }
        let queued = Task { await code { _ = try await right.receive(Int.self) } }
        await Task.yield()
        left.close()
        #expect(await waiting.value == .connectionClosed)
        #expect(await queued.value == .connectionClosed)
        let (third, fourth) = try Connection.pipe()
        let receivers = (0..<3).map { _ in Task { await code { _ = try await fourth.receive(Int.self) } } }
        let sender = Task { await code { while true { try await fourth.send(bytes: pattern(60_000)) } } }
        let long = Task { await code { try await fourth.send(bytes: pattern(64 << 20)) } }
        await Task.yield()
        fourth.close()
        for task in receivers + [sender, long] { #expect(await task.value == .closed) }
        _ = third
    }

    @Test("QUE-22 CON-19: sending to nobody is an error of its own, and no signal ends the process")
    func brokenPipe() async throws {
        let (left, right) = try Connection.pipe()
        right.close()
        #expect(await code { try await left.send(1) } == .brokenConnection)
        let (third, fourth) = try Connection.pipe()
        // Unread data makes the kernel say that the connection was reset.
        try await third.send(1)
        try await fourth.send(2)
        fourth.close()
        #expect(await code { try await third.send(3) } == .brokenConnection)
        #expect(try await third.receive(Int.self) == 2)
        #expect(await code { _ = try await third.receive(Int.self) } == .connectionClosed)
        #expect(await code { try await third.send(bytes: pattern(1 << 20)) } == .brokenConnection)
    }

    @Test(
        "QUE-30 QUE-29: a send waits for space, and ends with an error when the receiver is lost",
        arguments: [100, 60_000, 8 << 20])
    func lostReceiver(count: Int) async throws {
        let (left, right) = try Connection.pipe()
        let bytes = pattern(count)
        let sending = Task { await code { while true { try await left.send(bytes: bytes) } } }
        #expect(try await right.receiveBytes() == bytes)
        #expect(try await right.receiveBytes() == bytes)
        right.close()
        #expect(await sending.value == .brokenConnection)
    }

    @Test("QUE-31 QUE-23: what came before anyone asked is there; nothing yet is not the end")
    func early() async throws {
        let (left, right) = try Connection.pipe()
        #expect(try right.tryReceive(Int.self) == nil)
        #expect(try right.tryReceiveBytes() == nil)
        for number in 0..<50 { try await left.send(number) }
        for number in 0..<50 { #expect(try right.tryReceive(Int.self) == number) }
        #expect(try right.tryReceive(Int.self) == nil)
    }

    @Test("CON-16: a sender does not receive its own data, and limits are waited for")
    func limits() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send(1)
        #expect(try left.tryReceive(Int.self) == nil)
        let start = ContinuousClock.now
        #expect(await code { _ = try await left.receive(Int.self, timeout: .milliseconds(50)) } == .timeout)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        #expect(await code { _ = try await left.receive(Int.self, timeout: .zero) } == .timeout)
        #expect(await code { _ = try await left.receive(Int.self, timeout: .seconds(-1)) } == .timeout)
        #expect(try await right.receive(Int.self, timeout: .zero) == 1)
        // A side that is behind: the limit of a send.
        let bytes = pattern(60_000)
        var sent = 0
        while await code({ try await left.send(bytes: bytes, timeout: .milliseconds(5)) }) == nil {
            sent += 1
        }
        #expect(sent > 0)
        for _ in 0..<sent { #expect(try await right.receiveBytes() == bytes) }
        #expect(try right.tryReceiveBytes() == nil)
    }

    @Test(
        "a message that is too long is an error, and this end is of no use afterwards",
        arguments: [100, 1 << 20])
    func tooLong(count: Int) async throws {
        let (left, right) = try Connection.pipe()
        let sending = Task { await code { while true { try await left.send(bytes: pattern(count)) } } }
        #expect(await code { _ = try await right.receiveBytes(maximumLength: 99) } == .messageTooLong)
        #expect(await code { _ = try await right.receiveBytes() } == .protocolViolation)
        #expect(await sending.value == .brokenConnection)
        #expect(await code { _ = try await right.receiveBytes(maximumLength: -1) } == .invalidArgument)
    }

    @Test("a message of another type is an error, and the next one is received")
    func otherType() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send("text")
        try await left.send(bytes: [0xFF, 0xFF])
        try await left.send(7)
        #expect(await code { _ = try await right.receive(Int.self) } == .undecodable)
        #expect(await code { _ = try await right.receive(Int.self) } == .undecodable)
        #expect(try await right.receive(Int.self) == 7)
    }
}
