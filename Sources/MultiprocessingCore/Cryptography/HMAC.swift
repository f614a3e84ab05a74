import Glibc

/// A keyed hash, as RFC 2104 has it.
///
/// A value that was made with a key and has taken nothing in is a ready key: a copy of it costs no hashing.
package struct HMAC<Hash: HashFunction>: Sendable {
    private var inner = Hash()
    private var outer = Hash()

    /// Begins with a key of any length.
    package init(key: RawSpan) {
        var block = [UInt8](repeating: 0, count: BlockBuffer.size)
        defer {
            // The key is to lie nowhere but with its owner, and the compiler must not think that nobody looks.
            unsafe block.withUnsafeMutableBytes { unsafe explicit_bzero($0.start, $0.count) }
        }
        if key.byteCount > BlockBuffer.size {
            var hash = Hash()
            hash.update(key)
            let digest = hash.digest()
            block.replaceSubrange(..<digest.count, with: digest)
        } else {
            for index in 0..<key.byteCount {
                // Any bits are a byte, and the offset is checked.
                block[index] = unsafe key.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            }
        }
        for index in block.indices { block[index] ^= 0x36 }
        inner.update(block)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
        outer.update(block)
    }

    /// Begins with a key of any length.
    package init(key: [UInt8]) {
        // Bytes have no bits that are not set.
        unsafe self.init(key: key.span.bytes)
    }

    /// Begins with a secret.
    package init(key: SecretBytes) {
        self = unsafe key.withBytes { HMAC(key: unsafe $0.bytes) }
    }

    /// Takes in what follows.
    package mutating func update(_ bytes: RawSpan) {
        inner.update(bytes)
    }

    /// Takes in what follows.
    package mutating func update(_ bytes: [UInt8]) {
        inner.update(bytes)
    }

    /// Takes in what follows; the buffer's memory is the caller's.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe inner.update(bytes)
    }

    /// The code of all that was taken in so far.
    package func code() -> [UInt8] {
        var outer = outer
        outer.update(inner.digest())
        return outer.digest()
    }

    /// Whether this is the code of all that was taken in so far; the time does not tell where it differs.
    package func verify(_ code: [UInt8]) -> Bool {
        ConstantTime.areEqual(self.code(), code)
    }
}
