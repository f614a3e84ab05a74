/// SHA-256, as FIPS 180-4 has it.
package struct SHA256: HashFunction {
    package static let digestLength = 32

    private var state: SHA256State = .initial
    private var buffer = BlockBuffer()

    package init() {}

    package mutating func update(_ bytes: RawSpan) {
        buffer.append(bytes, to: &state)
    }

    package func digest() -> [UInt8] {
        var (buffer, state) = (buffer, state)
        buffer.finish(bigEndian: true, &state)
        let words = state.words
        var digest = [UInt8](repeating: 0, count: Self.digestLength)
        for index in digest.indices {
            digest[index] = UInt8(truncatingIfNeeded: words[index / 4] >> UInt32(24 - 8 * (index % 4)))
        }
        return digest
    }
}
