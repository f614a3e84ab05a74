import CMultiprocessing

/// Numbers that are used once.
package enum HandshakeNonce {
    /// 32 bytes that nobody can guess.
    package static func make() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: HandshakeProof.length)
        unsafe mp_random(&bytes, bytes.count)
        return bytes
    }
}
