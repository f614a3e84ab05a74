import Glibc
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

/// Streams whose frames are sealed, and what somebody on the way can do to them.
@Suite(.timeLimit(.minutes(10)), .computes) struct SealedStreamTests {
    private static let first = FrameSeals(
        sending: [UInt8](repeating: 1, count: 32), receiving: [UInt8](repeating: 2, count: 32))
    private static let second = FrameSeals(
        sending: [UInt8](repeating: 2, count: 32), receiving: [UInt8](repeating: 1, count: 32))

    private func end(_ socket: SharedDescriptor, _ seals: FrameSeals) throws -> ConnectionEnd {
        try ConnectionEnd(socket, readable: true, writable: true, seals: seals)
    }

    private func begin(_ bytes: [UInt8], _ end: ConnectionEnd) throws {
        try end.sender.withLock { sender throws(TransportFailure) in try sender.begin(OutgoingMessage(bytes))
        }
    }

    /// Whether the message has left.
    private func push(_ end: ConnectionEnd) throws -> Bool {
        let step = try end.sender.withLock { sender throws(TransportFailure) in try sender.send() }
        return if case .done = step { true } else { false }
    }

    private func receive(_ end: ConnectionEnd, limit: Int = 1 << 30) throws -> [UInt8]? {
        let step = try end.receiver.withLock { receiver throws(TransportFailure) in
            let step = try receiver.receive(limit: limit)
            return step
        }
        return if case .done(let message) = step { message.bytes } else { nil }
    }

    /// The frames of these messages, as they are on the way.
    private func frames(_ messages: [[UInt8]], _ seals: FrameSeals = Self.first) throws -> [[UInt8]] {
        let (own, other) = try SocketPair.make()
        let sender = try end(own, seals)
        return try messages.map { message in
            try begin(message, sender)
            #expect(try push(sender))
            var bytes = [UInt8](repeating: 0, count: 1 << 17)
            let count = read(other.raw, &bytes, bytes.count)
            return Array(bytes.prefix(max(0, count)))
        }
    }

    /// What a fresh receiver makes of bytes that came: the messages, and the failure at the end.
    private func outcome(_ bytes: [UInt8], closes: Bool = false) throws -> ([[UInt8]], TransportFailure?) {
        let (own, other) = try SocketPair.make()
        let receiver = try end(own, Self.second)
        #expect(bytes.isEmpty || write(other.raw, bytes, bytes.count) == bytes.count)
        if closes { shutdown(other.raw, Int32(SHUT_WR)) }
        var found: [[UInt8]] = []
        do {
            while let message = try receive(receiver) { found.append(message) }
            return (found, nil)
        } catch let failure as TransportFailure {
            return (found, failure)
        }
    }

    private func isForged(_ failure: TransportFailure?) -> Bool {
        if case .forged = failure { true } else { false }
    }

    @Test("messages of every size, both ways", arguments: [0, 1, 16, 65_535, 65_536, 65_537, 3 << 20])
    func sizes(count: Int) throws {
        let (left, right) = try SocketPair.make()
        let ends = (try end(left, Self.first), try end(right, Self.second))
        var message = [UInt8](repeating: 0, count: count)
        for index in message.indices { message[index] = UInt8(truncatingIfNeeded: index &* 7) }
        for (sender, receiver) in [(ends.0, ends.1), (ends.1, ends.0), (ends.0, ends.1)] {
            try begin(message, sender)
            var found: [UInt8]?
            var isSent = false
            while found == nil {
                if !isSent { isSent = try push(sender) }
                found = try receive(receiver)
            }
            #expect(found == message)
        }
    }

    @Test("AUT-19: a frame of which any bit was changed is forged, and nothing comes after it")
    func bits() throws {
        let good = try frames([[1, 2, 3, 4, 5], [6]])
        #expect(try outcome(good[0] + good[1]).0 == [[1, 2, 3, 4, 5], [6]])
        for bit in 0..<(8 * good[0].count) {
            var bytes = good[0]
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let (messages, failure) = try outcome(bytes + good[1])
            #expect(messages.isEmpty && isForged(failure), "bit \(bit)")
        }
    }

    @Test("AUT-19: a frame that is repeated, left out, moved, or of another session or direction is forged")
    func order() throws {
        let good = try frames([[1], [2], [3]])
        for (order, count) in [([0, 0], 1), ([1], 0), ([0, 2], 1), ([1, 0], 0), ([0, 1, 1], 2)] {
            let (messages, failure) = try outcome(order.flatMap { good[$0] })
            #expect(messages.count == count && isForged(failure), "\(order)")
        }
        let others = try frames([[1]], Self.second)
        #expect(isForged(try outcome(others[0]).1))
        // After a forged frame a good one does not help.
        let (own, other) = try SocketPair.make()
        let receiver = try end(own, Self.second)
        #expect(write(other.raw, good[1], good[1].count) == good[1].count)
        #expect(throws: TransportFailure.self) { try receive(receiver) }
        #expect(write(other.raw, good[0], good[0].count) == good[0].count)
        #expect(throws: TransportFailure.self) { try receive(receiver) }
    }

    @Test("a sealed frame that is cut anywhere is truncated")
    func cut() throws {
        let good = try frames([[1, 2, 3]])[0]
        for count in 0..<good.count {
            switch try outcome(Array(good.prefix(count)), closes: true).1 {
            case .ended: #expect(count == 0)
            case .wire(.truncated): #expect(count > 0)
            case let other: Issue.record("\(String(describing: other)) after \(count) bytes")
            }
        }
    }

    @Test("a length above the limit is refused before memory is taken, also from somebody with the key")
    func length() throws {
        for length in [UInt64(1 << 31), 1 << 40, .max >> 1] {
            let header = withUnsafeBytes(of: StreamHeader(descriptors: 0, length: length)) { Array($0) }
            let bytes = header + Self.first.sending.code(ofHeader: header)
            guard case .tooLong(let found) = try outcome(bytes).1 else {
                Issue.record("\(length) was accepted")
                return
            }
            #expect(found == length)
        }
    }

    @Test("an end goes on in another place with the state of the session")
    func moved() throws {
        let (left, right) = try SocketPair.make()
        var sender = try end(left, Self.first)
        var receiver = try end(right, Self.second)
        for number in 0..<5 as Range<UInt8> {
            try begin([number], sender)
            #expect(try push(sender))
            #expect(try receive(receiver) == [number])
            let states = (try sender.seals?.bytes ?? [], try receiver.seals?.bytes ?? [])
            sender = try end(left, FrameSeals(states.0))
            receiver = try end(right, FrameSeals(states.1))
        }
        #expect(throws: WireError.self) { try FrameSeals([1, 2, 3]) }
        // Not in the middle of a message.
        let header = withUnsafeBytes(of: StreamHeader(descriptors: 0, length: 5)) { Array($0) }
        #expect(write(left.raw, header, 4) == 4)
        #expect(try receive(receiver) == nil)
        #expect(throws: SystemError.self) { try receiver.seals }
    }

    @Test("SFR-06: random frames, and good ones with errors, are forged, truncated or nothing at all")
    func fuzz() async throws {
        var random = SplitMix64(state: 17)
        let good = try frames([[1, 2, 3, 4, 5, 6, 7, 8]])[0]
        let (own, other) = try SocketPair.make()
        for number in 0..<Campaign.frames {
            // Others have tests, too.
            if number % 64 == 0 { await Task.yield() }
            var bytes = good
            if number % 2 == 0 {
                for index in stride(from: 0, to: bytes.count, by: 8) {
                    withUnsafeBytes(of: random.next()) { word in
                        for offset in index..<min(index + 8, bytes.count) {
                            bytes[offset] = word[offset - index]
                        }
                    }
                }
            } else {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(
                    in: 1...255, using: &random)
            }
            guard write(other.raw, bytes, bytes.count) == bytes.count else { throw SystemError.last("write") }
            let receiver = StreamReceiver(DescriptorInterest(own), .socket, seal: Self.second.receiving)
            do throws(TransportFailure) {
                _ = try receiver.receive(limit: 1 << 20)
                Issue.record("frame \(number) was accepted")
            } catch {
                if !isForged(error) { Issue.record("frame \(number): \(error)") }
            }
            // What the receiver did not look at any more.
            var rest = [UInt8](repeating: 0, count: 128)
            _ = recv(own.raw, &rest, rest.count, Int32(MSG_DONTWAIT))
        }
    }
}
