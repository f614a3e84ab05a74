/// Where one encoded value lies: its tag and the offset of what follows the tag.
///
/// Both share one word so that a decoder fits into the three words of an existential without a heap box.
/// An element of a run has no tag byte of its own, but it has a `WireValue` like every other.
struct WireValue {
    private let word: UInt64

    init(_ tag: WireTag, body: Int) {
        word = UInt64(tag.rawValue) << 56 | UInt64(truncatingIfNeeded: body) & Self.bodyMask
    }

    var tag: WireTag { WireTag(rawValue: UInt8(word >> 56)) ?? .nothing }
    var body: Int { Int(word & Self.bodyMask) }

    private static let bodyMask: UInt64 = (1 << 56) - 1
}
