/// Comparing secrets.
package enum ConstantTime {
    /// Compares without telling by its time where the difference lies; only the lengths are no secret.
    package static func areEqual(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        var difference: UInt8 = 0
        for index in 0..<left.byteCount {
            // Any bits are a byte, and the offsets are checked.
            difference |=
                unsafe left.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                ^ right.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        }
        return difference == 0
    }

    /// Compares without telling by its time where the difference lies; only the lengths are no secret.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        // Bytes have no bits that are not set.
        unsafe areEqual(left.span.bytes, right.span.bytes)
    }
}
