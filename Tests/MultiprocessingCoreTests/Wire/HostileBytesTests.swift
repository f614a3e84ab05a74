import Foundation
import MultiprocessingCore
import TestSupport
import Testing

/// Whatever the bytes are, decoding gives a value or an error.
///
/// It does not trap, and it does not allocate by what the bytes announce.
@Suite(.computes) struct HostileBytesTests {
    /// Of each kind, so that all samples of both have their share.
    private static let share = max(100, Campaign.frames / Sample.all.count / 2)

    @Test(arguments: Sample.all)
    func everyTruncationIsAnError(sample: Sample) throws {
        let bytes = try sample.bytes()
        for count in 0..<bytes.count {
            let part = Array(bytes[..<count])
            #expect(throws: (any Error).self, "\(sample) cut at \(count)") { try sample.decode(part) }
        }
    }

    @Test("SFR-07: bytes with any bit flipped are a value or an error", arguments: Sample.all)
    func everyFlippedBitIsAValueOrAnError(sample: Sample) throws {
        let bytes = try sample.bytes()
        var refused = 0
        for position in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[position] ^= 1 << bit
                if !Self.survives(flipped, sample) { refused += 1 }
            }
        }
        // At least the tag in front was hit, and no flip of it may have gone unnoticed.
        #expect(refused >= 7)
    }

    @Test(arguments: Sample.all)
    func mutationsAreValuesOrErrors(sample: Sample) throws {
        var random = SplitMix64(state: 0x5EED)
        let bytes = try sample.bytes()
        var decoded = 0
        for _ in 0..<Self.share {
            var mutant = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&mutant, &random) }
            if Self.survives(mutant, sample) { decoded += 1 }
        }
        #expect(decoded < Self.share, "not one mutant was refused")
    }

    @Test("SFR-06: random bytes are values or errors", arguments: Sample.all)
    func randomBytesAreValuesOrErrors(sample: Sample) throws {
        var random = SplitMix64(state: 0xF00D)
        let first = try #require(try sample.bytes().first)
        var refused = 0
        for _ in 0..<Self.share {
            // The right tag and small numbers come up often, so that the random bytes get further.
            var bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...30, using: &random) : .random(in: 0...3, using: &random)
            }
            if Bool.random(using: &random) { bytes.insert(first, at: 0) }
            if !Self.survives(bytes, sample) { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test("SFR-10: announced counts allocate nothing") func announcedCountsAllocateNothing() throws {
        for tag in try [encoded([1]), encoded(["a"]), encoded("a"), encoded(["a": 1]), encoded(Data([1]))] {
            for count in [UInt64.max, 1 << 63, 1 << 60, 1 << 32, 200] {
                for offset in 1..<min(tag.count, 20) {
                    var bytes = tag
                    bytes.replaceSubrange(
                        offset..., with: unsafe withUnsafeBytes(of: count.littleEndian) { unsafe Array($0) })
                    for sample in Sample.all { _ = Self.survives(bytes, sample) }
                    #expect(throws: (any Error).self) { try decoded([UInt64].self, from: bytes) }
                }
            }
        }
    }

    @Test("SFR-10: impossible values, such as text that is not UTF-8, are errors")
    func impossibleValuesAreErrors() throws {
        #expect(throws: WireError.self) { try decoded(Bool.self, from: try encoded(true).dropLast() + [2]) }
        #expect(throws: WireError.self) {
            try decoded([Bool].self, from: try encoded([true]).dropLast() + [2])
        }
        #expect(throws: WireError.self) {
            try decoded(String.self, from: try encoded("a").dropLast() + [0xFF])
        }
        #expect(throws: WireError.truncated) { try decoded(Int.self, from: []) }
        #expect(throws: WireError.self) { try decoded(Int.self, from: [255]) }
        #expect(throws: (any Error).self) { try decoded(Range<Int>.self, from: try encoded([5, 1])) }
        #expect(throws: (any Error).self) { try decoded(ClosedRange<Int>.self, from: try encoded([5, 1])) }
        #expect(throws: (any Error).self) { try decoded(Weekday.self, from: try encoded("doomsday")) }
        #expect(throws: (any Error).self) { try decoded(UUID.self, from: try encoded("not one")) }
    }

    @Test func repeatedElementsAreHarmless() throws {
        struct Repeated: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: AnyKey.self)
                for value in 0..<3 { try container.encode(value, forKey: AnyKey("key")) }
            }
        }
        #expect(try decoded(Set<Int>.self, from: try encoded([1, 1, 1])) == [1])
        #expect(try decoded([String: Int].self, from: try encoded(Repeated())).keys.sorted() == ["key"])
        #expect(try decoded([UInt8: Int].self, from: try encoded([Int]())) == [:])
        let pairs = try encoded([1, 10, 1, 20, 2, 30] as ContiguousArray<Int32>)
        #expect(try decoded([Int32: Int32].self, from: pairs).keys.sorted() == [1, 2])
        let odd = try encoded([1, 10, 1] as ContiguousArray<Int32>)
        #expect(throws: (any Error).self) { try decoded([Int32: Int32].self, from: odd) }
    }

    /// Whether the bytes gave a value; that the process is still there is the point.
    private static func survives(_ bytes: [UInt8], _ sample: Sample) -> Bool {
        (try? sample.decode(bytes)) != nil
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let position = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        guard position < bytes.count else { return bytes.append(.random(in: 0...255, using: &random)) }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[position] = .random(in: 0...255, using: &random)
        case 1: bytes[position] = .random(in: 0...25, using: &random)
        case 2: bytes.remove(at: position)
        case 3: bytes.insert(.random(in: 0...25, using: &random), at: position)
        case 4: bytes.replaceSubrange(position..., with: bytes[..<position].suffix(bytes.count - position))
        default:
            let end = min(position + 8, bytes.count)
            bytes.replaceSubrange(position..<end, with: repeatElement(UInt8.max, count: end - position))
        }
    }
}
