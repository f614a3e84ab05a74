import Glibc
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

/// What a connection makes of a peer that keeps to no rule.
@Suite(.timeLimit(.minutes(10)), .computes) struct HostilePeerTests {
    private let end: ConnectionEnd
    private let peer: SharedDescriptor

    init() throws {
        let (own, peer) = try SocketPair.make(packets: true)
        end = try ConnectionEnd(own, readable: true, writable: true)
        self.peer = peer
    }

    /// What the next attempt gives: nil for nothing yet.
    private func receive(_ end: ConnectionEnd, limit: Int = 1 << 40) throws -> IncomingMessage? {
        let step = try end.receiver.withLock { receiver throws(TransportFailure) in
            let step = try receiver.receive(limit: limit)
            return step
        }
        return if case .done(let message) = step { message } else { nil }
    }

    private var hasPart: Bool { end.receiver.withLock { $0.hasPart } }

    /// Whether the next attempt finds a bad message.
    private func isRefused() -> Bool {
        do {
            _ = try receive(end)
            return false
        } catch TransportFailure.wire {
            return true
        } catch {
            return false
        }
    }

    private func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws {
        if descriptors.isEmpty {
            #expect(Glibc.send(peer.raw, bytes, bytes.count, 0) == bytes.count)
        } else {
            let header = bytes.withUnsafeBytes { $0.loadUnaligned(as: PacketHeader.self) }
            try PacketSocket(peer).send(header, descriptors: descriptors)
        }
    }

    private func bytes(of header: PacketHeader) -> [UInt8] { withUnsafeBytes(of: header) { Array($0) } }

    /// The connection still works.
    private func expectNext() throws {
        try send(bytes(of: PacketHeader(.message, length: 2, descriptors: 0)) + [1, 2])
        #expect(try receive(end)?.bytes == [1, 2])
        #expect(try receive(end) == nil)
    }

    private func bulkHeader(length: Int = 100_000, slabBytes: Int = 65_536, slabCount: Int = 2)
        -> PacketHeader
    {
        var header = PacketHeader(.bulk, length: length, descriptors: 0)
        header.slabBytes = UInt32(slabBytes)
        header.slabCount = UInt32(slabCount)
        return header
    }

    /// A segment and the ends of a message's channel.
    private func segment(
        bytes count: Int, sealed: Bool = true
    ) throws -> (file: SharedDescriptor, ours: SharedDescriptor, theirs: SharedDescriptor) {
        let (ours, theirs) = try SocketPair.make(packets: true)
        if sealed {
            let file = try SharedMapping.makeFile(named: "mp-test", count: count)
            return (SharedDescriptor(file), ours, theirs)
        }
        let folder = "/dev/shm/mp-unsealed-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let raw = open(folder, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        unlink(folder)
        ftruncate(raw, off_t(count))
        return (SharedDescriptor(Descriptor(adopting: raw)), ours, theirs)
    }

    @Test("SFR-06: packets of random bytes are errors of their own, and the connection goes on")
    func randomPackets() throws {
        var random = SplitMix64(state: 3)
        for number in 0..<Campaign.frames {
            var packet = (0..<Int.random(in: 1...100, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            if number % 2 == 0 {
                let header = bytes(of: PacketHeader(.message, length: 1, descriptors: 0)).prefix(6)
                packet.replaceSubrange(0..<min(6, packet.count), with: header.prefix(packet.count))
            }
            try send(packet)
            #expect(isRefused())
        }
        try expectNext()
    }

    @Test("SFD-02: descriptors that nobody announced are closed")
    func unannounced() throws {
        let before = Survey.openDescriptors().count
        for _ in 0..<1_000 {
            try send(
                bytes(of: PacketHeader(.message, length: 0, descriptors: 0)), descriptors: [0, 1, 2])
            #expect(isRefused())
        }
        // Other tests open and close some at the same time.
        #expect(Survey.openDescriptors().count < before + 500)
        try expectNext()
    }

    @Test("SFD-04: memory that is unsealed, of another size, or no memory is refused before it is mapped")
    func segments() throws {
        let good = try segment(bytes: 131_072)
        for (count, sealed) in [(131_072, false), (65_536, true), (262_144, true)] {
            let bad = try segment(bytes: count, sealed: sealed)
            try send(bytes(of: bulkHeader()), descriptors: [good.theirs.raw, bad.file.raw])
            #expect(isRefused())
        }
        try send(bytes(of: bulkHeader()), descriptors: [good.theirs.raw, peer.raw])
        #expect(isRefused())
        try send(bytes(of: bulkHeader(slabBytes: 4097)), descriptors: [good.theirs.raw, good.file.raw])
        #expect(isRefused())
        try send(bytes(of: bulkHeader(slabCount: 65)), descriptors: [good.theirs.raw, good.file.raw])
        #expect(isRefused())
        try send(bytes(of: bulkHeader()), descriptors: [good.theirs.raw])
        #expect(isRefused())
        // A channel that is none.
        try send(bytes(of: bulkHeader()), descriptors: [good.file.raw, good.file.raw])
        #expect(isRefused())
        try expectNext()
    }

    @Test("SFD-06: slabs that there are not, pieces that are none, and an end in the middle are errors")
    func pieces() throws {
        for piece in [[2], [255], [0, 1], []] as [[UInt8]] {
            let good = try segment(bytes: 131_072)
            try send(bytes(of: bulkHeader()), descriptors: [good.theirs.raw, good.file.raw])
            #expect(try receive(end) == nil)
            #expect(hasPart)
            if piece.isEmpty {
                #expect(shutdown(good.ours.raw, Int32(SHUT_RDWR)) == 0)
            } else {
                #expect(Glibc.send(good.ours.raw, piece, piece.count, 0) == piece.count)
            }
            #expect(isRefused())
            #expect(!hasPart)
        }
        try expectNext()
    }

    @Test("a message that is announced and never comes takes no memory; one that fits nowhere is refused")
    func announced() throws {
        let good = try segment(bytes: 131_072)
        try send(bytes(of: bulkHeader(length: 1 << 30)), descriptors: [good.theirs.raw, good.file.raw])
        #expect(try receive(end) == nil)
        #expect(Glibc.send(good.ours.raw, [UInt8(0)], 1, 0) == 1)
        #expect(try receive(end) == nil)
        #expect(hasPart)
        let (own, other) = try SocketPair.make(packets: true)
        let second = try ConnectionEnd(own, readable: true, writable: true)
        try PacketSocket(other).send(
            bulkHeader(length: 1 << 50), descriptors: [good.theirs.raw, good.file.raw])
        #expect(throws: TransportFailure.self) { try receive(second, limit: .max) }
    }

    @Test("SFR-06: streams of random bytes end with an error")
    func streams() throws {
        var random = SplitMix64(state: 11)
        for number in 0..<(Campaign.frames / 50) {
            let (own, other) = try SocketPair.make()
            let end = try ConnectionEnd(own, readable: true, writable: true)
            var bytes = (0..<Int.random(in: 16...200, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            if number % 2 == 0 {
                bytes.replaceSubrange(0..<4, with: withUnsafeBytes(of: StreamHeader.magic) { Array($0) })
            }
            #expect(write(other.raw, bytes, bytes.count) == bytes.count)
            #expect(throws: TransportFailure.self) { try receive(end, limit: 1 << 20) }
            #expect(throws: TransportFailure.self) { try receive(end, limit: 1 << 20) }
        }
    }

    @Test("a stream that is cut anywhere is truncated, and at the border of messages it has ended")
    func cut() throws {
        let header = StreamHeader(descriptors: 0, length: 5)
        let whole = withUnsafeBytes(of: header) { Array($0) } + [1, 2, 3, 4, 5]
        for count in 0...whole.count {
            let (own, other) = try SocketPair.make()
            let end = try ConnectionEnd(own, readable: true, writable: true)
            #expect(write(other.raw, whole, count) == count)
            if count == whole.count {
                #expect(try receive(end)?.bytes == [1, 2, 3, 4, 5])
            } else {
                #expect(try receive(end) == nil)
            }
            shutdown(other.raw, Int32(SHUT_WR))
            do {
                _ = try receive(end)
                Issue.record("no end after \(count) bytes")
            } catch TransportFailure.ended {
                #expect(count == 0 || count == whole.count)
            } catch TransportFailure.wire(.truncated) {
                #expect(count > 0 && count < whole.count)
            }
        }
    }
}
