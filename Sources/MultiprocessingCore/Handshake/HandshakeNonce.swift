/// Numbers that are used once.
package enum HandshakeNonce {
    /// 32 random bytes: the system's generator is the kernel's.
    package static func make() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var writer = ByteWriter()
        for _ in 0..<4 { writer.append(generator.next() as UInt64) }
        return writer.bytes
    }
}
