/// What every block of 64 bytes changes.
protocol BlockState {
    /// Takes in whole blocks.
    mutating func compress(_ blocks: RawSpan)
}

/// What hashes of 64-byte blocks have in common: bytes are collected until they are a block, and the last one is
/// padded with the length.
struct BlockBuffer {
    static let size = 64

    private var block = InlineArray<64, UInt8>(repeating: 0)
    private var filled = 0
    private var total: UInt64 = 0

    /// Takes bytes in; whole blocks go to the state, as many at once as there are.
    mutating func append(_ bytes: RawSpan, to state: inout some BlockState) {
        total &+= UInt64(bytes.byteCount)
        var rest = bytes
        if filled > 0 {
            let count = min(Self.size - filled, rest.byteCount)
            copy(rest.extracting(first: count))
            guard filled == Self.size else { return }
            // Bytes have no bits that are not set.
            unsafe state.compress(block.span.bytes)
            filled = 0
            rest = rest.extracting(droppingFirst: count)
        }
        let whole = rest.byteCount & ~(Self.size - 1)
        if whole > 0 { state.compress(rest.extracting(first: whole)) }
        copy(rest.extracting(droppingFirst: whole))
    }

    /// Pads what is left: a one bit, zero bits, and the length in bits.
    mutating func finish(bigEndian: Bool, _ state: inout some BlockState) {
        let bits = total &* 8
        pad(0x80, &state)
        while filled != Self.size - 8 { pad(0, &state) }
        for index in 0..<8 {
            let shift = UInt64(8 * (bigEndian ? 7 - index : index))
            pad(UInt8(truncatingIfNeeded: bits >> shift), &state)
        }
    }

    private mutating func pad(_ byte: UInt8, _ state: inout some BlockState) {
        block[filled] = byte
        filled += 1
        guard filled == Self.size else { return }
        // Bytes have no bits that are not set.
        unsafe state.compress(block.span.bytes)
        filled = 0
    }

    private mutating func copy(_ bytes: RawSpan) {
        for index in 0..<bytes.byteCount {
            block[filled + index] = bytes[byteAt: index]
        }
        filled += bytes.byteCount
    }
}

extension RawSpan {
    fileprivate subscript(byteAt index: Int) -> UInt8 {
        // Any bits are a byte, and the offset is checked.
        unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// Four bytes as they lie in memory.
    func word(at offset: Int) -> UInt32 {
        // Any bits are a word, and the offset is checked.
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
}
