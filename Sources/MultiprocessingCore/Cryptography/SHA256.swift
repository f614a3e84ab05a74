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

/// The eight words.
private struct SHA256State: BlockState {
    private var a: UInt32, b: UInt32, c: UInt32, d: UInt32
    private var e: UInt32, f: UInt32, g: UInt32, h: UInt32

    static let initial = SHA256State(
        a: 0x6a09_e667, b: 0xbb67_ae85, c: 0x3c6e_f372, d: 0xa54f_f53a,
        e: 0x510e_527f, f: 0x9b05_688c, g: 0x1f83_d9ab, h: 0x5be0_cd19)

    var words: SIMD8<UInt32> { [a, b, c, d, e, f, g, h] }

    mutating func compress(_ blocks: RawSpan) {
        var offset = 0
        while offset < blocks.byteCount {
            let before = self
            // The last sixteen words of the schedule; the others are made of them when it is their turn.
            let block = blocks.extracting(offset..<(offset + BlockBuffer.size))
            var w: Words = (
                block.big(0), block.big(1), block.big(2), block.big(3),
                block.big(4), block.big(5), block.big(6), block.big(7),
                block.big(8), block.big(9), block.big(10), block.big(11),
                block.big(12), block.big(13), block.big(14), block.big(15)
            )
            sixteenRounds(w, RoundConstants.first)
            Self.advance(&w)
            sixteenRounds(w, RoundConstants.second)
            Self.advance(&w)
            sixteenRounds(w, RoundConstants.third)
            Self.advance(&w)
            sixteenRounds(w, RoundConstants.fourth)
            add(before)
            offset += BlockBuffer.size
        }
    }

    /// Makes the sixteen words of the schedule that follow.
    @inline(__always)
    private static func advance(_ w: inout Words) {
        extend(&w.0, w.1, w.9, w.14)
        extend(&w.1, w.2, w.10, w.15)
        extend(&w.2, w.3, w.11, w.0)
        extend(&w.3, w.4, w.12, w.1)
        extend(&w.4, w.5, w.13, w.2)
        extend(&w.5, w.6, w.14, w.3)
        extend(&w.6, w.7, w.15, w.4)
        extend(&w.7, w.8, w.0, w.5)
        extend(&w.8, w.9, w.1, w.6)
        extend(&w.9, w.10, w.2, w.7)
        extend(&w.10, w.11, w.3, w.8)
        extend(&w.11, w.12, w.4, w.9)
        extend(&w.12, w.13, w.5, w.10)
        extend(&w.13, w.14, w.6, w.11)
        extend(&w.14, w.15, w.7, w.12)
        extend(&w.15, w.0, w.8, w.13)
    }

    @inline(__always)
    private static func extend(_ word: inout UInt32, _ early: UInt32, _ middle: UInt32, _ late: UInt32) {
        let first = early.rotated(7) ^ early.rotated(18) ^ (early >> 3)
        let second = late.rotated(17) ^ late.rotated(19) ^ (late >> 10)
        word = word &+ first &+ middle &+ second
    }

    /// The words change their roles from round to round and are back after eight, so that none has to be moved.
    @inline(__always)
    private mutating func sixteenRounds(_ w: Words, _ k: Words) {
        Self.round(a, b, c, &d, e, f, g, &h, w.0 &+ k.0)
        Self.round(h, a, b, &c, d, e, f, &g, w.1 &+ k.1)
        Self.round(g, h, a, &b, c, d, e, &f, w.2 &+ k.2)
        Self.round(f, g, h, &a, b, c, d, &e, w.3 &+ k.3)
        Self.round(e, f, g, &h, a, b, c, &d, w.4 &+ k.4)
        Self.round(d, e, f, &g, h, a, b, &c, w.5 &+ k.5)
        Self.round(c, d, e, &f, g, h, a, &b, w.6 &+ k.6)
        Self.round(b, c, d, &e, f, g, h, &a, w.7 &+ k.7)
        Self.round(a, b, c, &d, e, f, g, &h, w.8 &+ k.8)
        Self.round(h, a, b, &c, d, e, f, &g, w.9 &+ k.9)
        Self.round(g, h, a, &b, c, d, e, &f, w.10 &+ k.10)
        Self.round(f, g, h, &a, b, c, d, &e, w.11 &+ k.11)
        Self.round(e, f, g, &h, a, b, c, &d, w.12 &+ k.12)
        Self.round(d, e, f, &g, h, a, b, &c, w.13 &+ k.13)
        Self.round(c, d, e, &f, g, h, a, &b, w.14 &+ k.14)
        Self.round(b, c, d, &e, f, g, h, &a, w.15 &+ k.15)
    }

    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
        _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ word: UInt32
    ) {
        let choice = g ^ (e & (f ^ g))
        let majority = (a & b) | (c & (a | b))
        h = h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice &+ word
        d = d &+ h
        h = h &+ (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
    }

    private mutating func add(_ other: SHA256State) {
        a = a &+ other.a
        b = b &+ other.b
        c = c &+ other.c
        d = d &+ other.d
        e = e &+ other.e
        f = f &+ other.f
        g = g &+ other.g
        h = h &+ other.h
    }
}

extension UInt32 {
    @inline(__always)
    fileprivate func rotated(_ count: UInt32) -> UInt32 {
        (self >> count) | (self << (32 - count))
    }
}

extension RawSpan {
    @inline(__always)
    fileprivate func big(_ index: Int) -> UInt32 { UInt32(bigEndian: word(at: 4 * index)) }
}

/// Sixteen words that the compiler can keep apart, as it cannot those of an array.
private typealias Words = (
    UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
    UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
)

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes; as computed values they are
/// part of the code, and none of them is loaded.
private enum RoundConstants {
    @inline(__always)
    static var first: Words {
        (
            0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
            0xab1c_5ed5,
            0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7,
            0xc19b_f174
        )
    }

    @inline(__always)
    static var second: Words {
        (
            0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc,
            0x76f9_88da,
            0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351,
            0x1429_2967
        )
    }

    @inline(__always)
    static var third: Words {
        (
            0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e,
            0x9272_2c85,
            0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585,
            0x106a_a070
        )
    }

    @inline(__always)
    static var fourth: Words {
        (
            0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f,
            0x682e_6ff3,
            0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
            0xc671_78f2
        )
    }
}
