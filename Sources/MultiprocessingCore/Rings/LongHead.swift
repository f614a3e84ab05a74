/// What stands behind the header of a message in the long form: how many bytes were written, and which arrays follow.
///
/// The written bytes come first and the arrays after them, one behind the other, so that the reader can put each array
/// where it is to be in the end.
struct LongHead {
    struct Entry: BitwiseCopyable {
        /// How many of the written bytes stand before the array.
        let offset: UInt64
        let byteCount: UInt64
        /// The tag of its elements.
        let tag: UInt64
    }

    /// Bytes of the two numbers at the beginning.
    static let size = 16
    static let entrySize = 24

    let byteCount: Int
    let entries: [Entry]
    /// Bytes of all of it.
    var headSize: Int { Self.size + entries.count * Self.entrySize }

    /// Reads a head that is here whole.
    ///
    /// - Throws: when a message of `length` bytes cannot begin like this.
    init(_ bytes: [UInt8], of length: Int) throws(RingCorruption) {
        let found = unsafe bytes.withUnsafeBytes { raw -> (Int?, [Entry]) in
            var reader = unsafe ByteReader(raw)
            guard let count = try? reader.read(UInt64.self), let byteCount = try? reader.read(UInt64.self)
            else { return (nil, []) }
            var entries: [Entry] = []
            for _ in 0..<count {
                guard let entry = try? reader.read(Entry.self) else { return (nil, []) }
                entries.append(entry)
            }
            return (Int(exactly: byteCount), entries)
        }
        guard let byteCount = found.0 else { throw RingCorruption() }
        self.byteCount = byteCount
        entries = found.1
        var rest = length - headSize - byteCount
        var last: UInt64 = 0
        for entry in entries {
            guard entry.offset >= last, entry.offset <= UInt64(byteCount), entry.byteCount > 0,
                entry.byteCount <= UInt64(max(rest, 0))
            else { throw RingCorruption() }
            last = entry.offset
            rest -= Int(entry.byteCount)
        }
        guard rest == 0 else { throw RingCorruption() }
    }

    /// How many entries a head has that begins with these bytes and belongs to a message of `length` bytes.
    static func count(_ bytes: [UInt8], of length: Int) throws(RingCorruption) -> Int {
        let count = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
        guard count <= UInt64(max(length - size, 0) / entrySize) else { throw RingCorruption() }
        return Int(count)
    }
}

extension FrameWriter {
    /// How much of a long message is published at once, so that the reader works on it meanwhile.
    package static var step: Int { 512 << 10 }

    /// Puts a message of any length into the outbox, in the long form.
    ///
    /// - Parameters:
    ///   - kind: what it is.
    ///   - slot: which slot it speaks of.
    ///   - message: the message.
    ///   - keepsArrays: whether the reader gets its arrays as such; else as bytes among the others.
    package mutating func enqueueLong(kind: UInt32, slot: UInt32, _ message: WireBytes, keepsArrays: Bool) {
        var head = ByteWriter()
        let inserts = keepsArrays ? message.inserts : []
        head.append(UInt64(inserts.count))
        head.append(UInt64(keepsArrays ? message.bytes.count : message.count))
        for insert in inserts {
            head.append(
                LongHead.Entry(
                    offset: UInt64(insert.offset), byteCount: UInt64(insert.array.count),
                    tag: UInt64(insert.array.array.elementTag.rawValue)))
        }
        let frame = RingFrame(kind: kind, slot: slot, length: head.count + message.count)
        let body = keepsArrays ? [LongArray(message.bytes)] + inserts.map(\.array) : message.pieces
        enqueue(frame, ([LongArray(head.bytes)] + body).filter { $0.count > 0 })
    }
}
