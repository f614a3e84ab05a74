/// A hash that works on blocks of 64 bytes, fed piece by piece.
package protocol HashFunction: Sendable {
    init()
    /// Takes in what follows.
    mutating func update(_ bytes: RawSpan)
    /// The digest of all that was taken in so far.
    func digest() -> [UInt8]
}

extension HashFunction {
    /// Takes in what follows.
    package mutating func update(_ bytes: [UInt8]) {
        // Bytes have no bits that are not set.
        unsafe update(bytes.span.bytes)
    }

    /// Takes in what follows; the buffer's memory is the caller's.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // Read before this returns, while the caller keeps the memory.
        unsafe update(bytes.bytes)
    }

    /// The digest of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.digest()
    }
}
