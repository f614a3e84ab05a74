import Glibc
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

/// What messages begin with where CPython is at the other end.
@Suite(.computes) struct StreamFramingTests {
    private let framing = StreamFraming.cpython

    /// The head of a message of so many bytes, of which none has to be there.
    private func head(_ count: Int) -> [UInt8] {
        framing.head(of: OutgoingMessage([], range: 0..<count))
    }

    private func parse(_ head: [UInt8]) -> Result<UInt64, WireError> {
        guard framing.headLength(Array(head.prefix(4))) == head.count else {
            return .failure(.malformed("a head of another length"))
        }
        return Result { () throws(WireError) in try framing.parse(head).length }
    }

    @Test("heads as struct.pack('!i') and struct.pack('!Q') write them")
    func heads() {
        #expect(head(0) == [0, 0, 0, 0])
        #expect(head(1) == [0, 0, 0, 1])
        #expect(head(0x0102_0304) == [1, 2, 3, 4])
        #expect(head(0x7fff_ffff) == [0x7f, 0xff, 0xff, 0xff])
        #expect(head(0x8000_0000) == [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0])
        for length in [0, 1, 255, 256, 0x7fff_ffff, 0x8000_0000, 1 << 40, .max] {
            #expect(parse(head(length)) == .success(UInt64(length)))
        }
    }

    @Test("SFR-03 SFR-04: negative lengths, and long forms of short ones, are refused")
    func refused() {
        for first: UInt32 in [0x8000_0000, 0xffff_fffe, 0xffff_ff00] {
            let bytes = withUnsafeBytes(of: first.bigEndian) { Array($0) }
            #expect(throws: WireError.self) { try parse(bytes).get() }
        }
        for short: UInt64 in [0, 1, 0x7fff_ffff] {
            let bytes =
                [UInt8](repeating: 0xff, count: 4) + withUnsafeBytes(of: short.bigEndian) { Array($0) }
            #expect(throws: WireError.self) { try parse(bytes).get() }
        }
        #expect(parse([UInt8](repeating: 0xff, count: 12)) == .success(.max))
    }

    /// Two joined sockets with an end of ours at one of them.
    private func pair() throws -> (end: ConnectionEnd, peer: SharedDescriptor) {
        let (own, peer) = try SocketPair.make(packets: false)
        return (try ConnectionEnd(own, readable: true, writable: true, framing: .cpython), peer)
    }

    private func receive(_ end: ConnectionEnd, limit: Int = 1 << 40) throws -> [UInt8]? {
        let step = try end.receiver.withLock { receiver throws(TransportFailure) in
            let step = try receiver.receive(limit: limit)
            return step
        }
        return if case .done(let message) = step { message.bytes } else { nil }
    }

    private func put(_ bytes: [UInt8], _ peer: SharedDescriptor) {
        #expect(send(peer.raw, bytes, bytes.count, 0) == bytes.count)
    }

    @Test("messages that come byte by byte, and together")
    func pieces() throws {
        let (end, peer) = try pair()
        let stream: [UInt8] = [0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9]
        var found: [[UInt8]] = []
        for byte in stream {
            put([byte], peer)
            while let message = try receive(end) { found.append(message) }
        }
        #expect(found == [[7, 8], [], [9]])
        put(stream, peer)
        #expect(try [receive(end), receive(end), receive(end), receive(end)] == [[7, 8], [], [9], nil])
    }

    @Test("what is sent is a head and the bytes")
    func sent() throws {
        let (end, peer) = try pair()
        for message: [UInt8] in [[], [5], [6, 7]] {
            try end.sender.withLock { sender throws(TransportFailure) in
                try sender.begin(OutgoingMessage(message))
                _ = try sender.send()
            }
        }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = recv(peer.raw, &bytes, bytes.count, 0)
        #expect(Array(bytes[..<count]) == [0, 0, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0, 2, 6, 7])
    }

    @Test("SFR-01: a stream that is cut anywhere is truncated, and ended between two messages")
    func cut() throws {
        let stream: [UInt8] = [0, 0, 0, 3, 1, 2, 3]
        for count in 0...stream.count {
            let (end, peer) = try pair()
            if count > 0 { put(Array(stream[..<count]), peer) }
            #expect(shutdown(peer.raw, Int32(SHUT_WR)) == 0)
            if count == stream.count { #expect(try receive(end) == [1, 2, 3]) }
            let failure = #expect(throws: TransportFailure.self) { _ = try receive(end) }
            switch failure {
            case .ended: #expect(count == 0 || count == stream.count)
            case .wire(.truncated): #expect(count > 0 && count < stream.count)
            default: Issue.record("\(String(describing: failure)) after \(count) bytes")
            }
        }
    }

    @Test("a length above the limit is refused before any byte of the message, and takes no memory")
    func tooLong() throws {
        for head in [[0x7f, 0xff, 0xff, 0xff], [UInt8](repeating: 0xff, count: 12)] {
            let (end, peer) = try pair()
            put(head, peer)
            let failure = #expect(throws: TransportFailure.self) { _ = try receive(end, limit: 1000) }
            guard case .tooLong = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            guard
                case .unusable = #expect(throws: TransportFailure.self, performing: { _ = try receive(end) })
            else {
                Issue.record("a stream went on after that")
                continue
            }
        }
    }

    @Test("a long head that comes byte by byte")
    func longHead() throws {
        let (end, peer) = try pair()
        for byte in head(0x8000_0001) {
            put([byte], peer)
            #expect(try receive(end) == nil)
        }
        put([1], peer)
        #expect(try receive(end) == nil)
        #expect(end.receiver.withLock { $0.hasPart })
        let failure = #expect(throws: TransportFailure.self) { _ = try receive(end, limit: 0x8000_0000) }
        guard case .tooLong(0x8000_0001) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test("descriptors that come with CPython's messages are refused and closed")
    func descriptors() throws {
        let (end, peer) = try pair()
        #expect(!end.carriesDescriptors)
        let (first, second) = try SocketPair.make(packets: false)
        let stream = ByteStream(descriptor: peer, kind: .socket)
        #expect(try stream.write([0, 0, 0, 1, 9], [], 0..<0, descriptors: [first.raw]) == 5)
        #expect(throws: TransportFailure.self) { _ = try receive(end) }
        withExtendedLifetime((first, second)) {}
        #expect(throws: TransportFailure.self) {
            try end.sender.withLock { sender throws(TransportFailure) in
                try sender.begin(OutgoingMessage([1], descriptors: [first]))
            }
        }
    }

    @Test("packets are not CPython's")
    func packets() throws {
        let (own, _) = try SocketPair.make(packets: true)
        #expect(throws: SystemError.self) {
            _ = try ConnectionEnd(own, readable: true, writable: true, framing: .cpython)
        }
    }

    @Test("SFR-06: any bytes are messages or a typed error", arguments: [UInt64](1...20))
    func noise(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<(Campaign.frames / 20) {
            let (end, peer) = try pair()
            var bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                UInt8.random(in: 0...9, using: &random)
            }
            if Bool.random(using: &random) { bytes[0] = 0xff }
            put(bytes, peer)
            shutdown(peer.raw, Int32(SHUT_WR))
            do {
                while try receive(end, limit: 1 << 20) != nil {}
                Issue.record("no end of \(bytes)")
            } catch is TransportFailure {
                continue
            }
        }
    }
}
