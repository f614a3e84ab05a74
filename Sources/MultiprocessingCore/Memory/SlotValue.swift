/// A value in shared memory: of what kind it is, and its bytes.
package struct SlotValue: Hashable, Sendable {
    package enum Kind: UInt32, Sendable {
        case null, bool, int, double, string, bytes
    }

    package let kind: Kind
    package let bytes: [UInt8]

    package init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    package init(_ kind: Kind, _ number: UInt64) {
        self.init(kind, (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    /// The bytes as one number, if there are as many as that takes.
    package var number: UInt64? {
        bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
