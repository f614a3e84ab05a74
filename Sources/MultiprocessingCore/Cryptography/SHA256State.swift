/// The eight words.
struct SHA256State: BlockState {
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
            var w: RoundWords = (
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
    private static func advance(_ w: inout RoundWords) {
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
    private mutating func sixteenRounds(_ w: RoundWords, _ k: RoundWords) {
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
