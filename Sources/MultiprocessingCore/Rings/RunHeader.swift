/// What stands before values that lie side by side in a message, behind the message's own header.
package struct RunHeader: BitwiseCopyable, Hashable, Sendable {
    package let count: UInt32
    /// Bytes from one value to the next.
    package let spacing: UInt16
    /// Bytes between this header and the first value, which lies at a multiple of `alignment` in the ring.
    package let padding: UInt16

    package static let size = 8
    static let alignment = 16
    /// The largest plain number has so many bytes, a tuple of four of them so many more.
    static let largestSpacing = 64

    init(count: Int, spacing: Int, padding: Int) {
        self.count = UInt32(count)
        self.spacing = UInt16(spacing)
        self.padding = UInt16(padding)
    }

    /// Bytes from the header's beginning to the end of the last value.
    func length(of values: Int) -> Int { Self.size + Int(padding) + values * Int(spacing) }

    /// Where the values lie, from the header's beginning on.
    package var values: Range<Int> { (Self.size + Int(padding))..<length(of: Int(count)) }

    /// The header of a message that came; nil if it cannot be the header of just these bytes.
    package init?(of payload: UnsafeRawBufferPointer) {
        guard payload.count >= Self.size else { return nil }
        self = unsafe payload.loadUnaligned(as: Self.self)
        guard count > 0, isSane, length(of: Int(count)) == payload.count else { return nil }
    }

    var isSane: Bool { spacing <= Self.largestSpacing && padding < Self.alignment }
}
