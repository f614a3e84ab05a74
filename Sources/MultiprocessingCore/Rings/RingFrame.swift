/// The header of a message in a ring.
package struct RingFrame: BitwiseCopyable, Hashable, Sendable {
    /// What the message is; the numbers belong to the two ends.
    package let kind: UInt32
    /// The slot it speaks of, or any other small number.
    package let slot: UInt32
    /// Bytes that follow the header.
    package let length: UInt64

    package static let headerSize = 16

    package init(kind: UInt32, slot: UInt32, length: Int) {
        self.kind = kind
        self.slot = slot
        self.length = UInt64(length)
    }

    /// A message up to this size is published in one piece; a longer one streams through the ring.
    static func wholeLimit(in capacity: Int) -> Int { capacity / 2 }
}
