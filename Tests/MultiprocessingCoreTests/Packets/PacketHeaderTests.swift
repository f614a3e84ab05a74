import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

/// What a receiver makes of one header: everything is allowed but a trap.
@Suite(.computes) struct PacketHeaderTests {
    private func check(_ header: PacketHeader, bytes: Int, descriptors: Int) -> WireError? {
        do {
            _ = try header.check(bytes: bytes, descriptors: descriptors)
            return nil
        } catch {
            return error
        }
    }

    private var bulk: PacketHeader {
        var header = PacketHeader(.bulk, length: 1 << 20, descriptors: 3)
        header.slabBytes = 1 << 18
        header.slabCount = 16
        return header
    }

    @Test func acceptsWhatSendersWrite() {
        #expect(MemoryLayout<PacketHeader>.size == PacketHeader.size)
        #expect(check(PacketHeader(.message, length: 0, descriptors: 0), bytes: 0, descriptors: 0) == nil)
        #expect(
            check(PacketHeader(.message, length: 65_536, descriptors: 253), bytes: 65_536, descriptors: 253)
                == nil)
        #expect(check(bulk, bytes: 0, descriptors: 2) == nil)
        #expect(check(PacketHeader(.bulk, length: 65_537, descriptors: 0), bytes: 0, descriptors: 1) == nil)
    }

    @Test("SFR-03 SFR-04: negative, reserved and non-canonical lengths are refused")
    func lengths() {
        for length: UInt64 in [.max, 1 << 63, 65_537, 9] {
            var header = PacketHeader(.message, length: 8, descriptors: 0)
            header.length = length
            #expect(check(header, bytes: 8, descriptors: 0) != nil)
        }
        for length: UInt64 in [0, 1, 65_536, 1 << 63, .max] {
            var header = bulk
            header.length = length
            #expect(check(header, bytes: 0, descriptors: 2) != nil)
        }
        #expect(check(bulk, bytes: 1, descriptors: 2) != nil)
    }

    @Test("SFR-08: unknown kinds, versions and flags are errors that name the number")
    func unknown() {
        let changes: [(inout PacketHeader) -> Void] = [
            { $0.kind = 77 }, { $0.version = 77 }, { $0.flags = 77 },
        ]
        for change in changes {
            var header = PacketHeader(.message, length: 0, descriptors: 0)
            change(&header)
            guard case .malformed(let text) = check(header, bytes: 0, descriptors: 0) else {
                Issue.record("accepted \(header)")
                continue
            }
            #expect(text.contains("77"))
        }
    }

    @Test("SFR-07: every single flipped bit of 200 headers is an error, or another length")
    func flippedBits() {
        var random = SplitMix64(state: 7)
        for _ in 0..<200 {
            let count = Int.random(in: 0...65_536, using: &random)
            let isBulk = Bool.random(using: &random)
            let original = isBulk ? bulk : PacketHeader(.message, length: count, descriptors: 0)
            for bit in 0..<(PacketHeader.size * 8) {
                var header = original
                withUnsafeMutableBytes(of: &header) { $0[bit / 8] ^= 1 << (bit % 8) }
                let error = check(header, bytes: isBulk ? 0 : count, descriptors: isBulk ? 2 : 0)
                // Another length of a bulk message, another number of its descriptors or another shape of its
                // segment cannot be told from the header alone.
                if error == nil { #expect(isBulk && header.kind == original.kind && header.version == 1) }
            }
        }
    }

    @Test("SFR-06: headers of random bytes are refused, however close they come")
    func random() {
        var random = SplitMix64(state: 1)
        for number in 0..<Campaign.frames {
            var header = PacketHeader(.message, length: 0, descriptors: 0)
            withUnsafeMutableBytes(of: &header) { bytes in
                // Every second one has the right beginning.
                for index in (number % 2 * 6)..<bytes.count {
                    bytes[index] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            #expect(check(header, bytes: number % 100, descriptors: number % 3) != nil)
            var stream = StreamHeader(descriptors: 0, length: random.next())
            withUnsafeMutableBytes(of: &stream) { bytes in
                for index in (number % 2 * 4)..<8 { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
            }
            #expect(throws: WireError.self) { try stream.check(limit: 1 << 20) }
        }
    }
}
