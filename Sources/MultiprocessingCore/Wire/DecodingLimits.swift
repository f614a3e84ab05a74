/// What a decoder accepts from bytes that somebody else wrote.
///
/// Counts and lengths need no limit of their own: they are checked against the bytes that are there.
package struct DecodingLimits: Hashable, Sendable {
    /// Deep enough for data, shallow enough for a thread with a stack of 512 KiB.
    package static let standardDepth = 128

    /// How many values may lie one inside the other.
    package var depth: Int

    package init(depth: Int = DecodingLimits.standardDepth) {
        self.depth = depth
    }
}
