/// Writes messages into a ring; what does not fit waits in an outbox, in order.
///
/// It never blocks by itself: whoever owns it calls `flush` when the reader has made space.
package struct FrameWriter: ~Copyable {
    var ring: RingWriter
    private var outbox: [LongArray] = []
    /// Where the outbox goes on: the first message that is not whole in the ring, and its next byte.
    private var first = 0
    private var offset = 0

    package init(_ ring: Ring) {
        self.ring = RingWriter(ring)
    }

    /// Whether every message is in the ring.
    package var isFlushed: Bool { first == outbox.count }

    /// Whether the reader has taken every message.
    package var isDrained: Bool { isFlushed && ring.isDrained }

    /// Writes a message if it fits now and no other waits before it; it is visible at the next `publish`.
    package mutating func writeIfFits(
        kind: UInt32, slot: UInt32, _ payload: UnsafeRawBufferPointer
    ) throws(RingCorruption) -> Bool {
        guard try writeHeaderIfFits(kind: kind, slot: slot, length: payload.count) else { return false }
        unsafe ring.write(payload)
        return true
    }

    /// Writes a message in several pieces if it fits now and no other waits before it.
    package mutating func writeIfFits(
        kind: UInt32, slot: UInt32, _ message: WireBytes
    ) throws(RingCorruption) -> Bool {
        guard try writeHeaderIfFits(kind: kind, slot: slot, length: message.count) else { return false }
        unsafe message.forEachPiece { unsafe ring.write($0) }
        return true
    }

    private mutating func writeHeaderIfFits(
        kind: UInt32, slot: UInt32, length: Int
    ) throws(RingCorruption) -> Bool {
        let size = RingFrame.headerSize + length
        guard isFlushed, size <= RingFrame.wholeLimit(in: ring.ring.capacity),
            try ring.space(atLeast: size) >= size
        else { return false }
        let header = RingFrame(kind: kind, slot: slot, length: length)
        unsafe withUnsafeBytes(of: header) { unsafe ring.write($0) }
        return true
    }

    /// Writes a message now or puts it into the outbox, as far as it does not fit.
    package mutating func send(kind: UInt32, slot: UInt32, _ payload: [UInt8]) throws(RingCorruption) {
        let fits = try unsafe payload.span.bytes.withUnsafeBytes { bytes throws(RingCorruption) in
            try unsafe writeIfFits(kind: kind, slot: slot, bytes)
        }
        if fits { return ring.publish() }
        enqueue(kind: kind, slot: slot, WireBytes(payload))
        try flush()
    }

    /// The same for a message in several pieces.
    package mutating func send(kind: UInt32, slot: UInt32, _ message: WireBytes) throws(RingCorruption) {
        if try writeIfFits(kind: kind, slot: slot, message) { return ring.publish() }
        enqueue(kind: kind, slot: slot, message)
        try flush()
    }

    /// Puts a message into the outbox; nothing of it is copied before `flush`.
    package mutating func enqueue(kind: UInt32, slot: UInt32, _ message: WireBytes) {
        let header = RingFrame(kind: kind, slot: slot, length: message.count)
        enqueue(header, message.pieces)
    }

    /// Puts a message into the outbox: what its header announces.
    mutating func enqueue(_ header: RingFrame, _ pieces: [LongArray]) {
        unsafe withUnsafeBytes(of: header) { unsafe outbox.append(LongArray(Array($0))) }
        outbox += pieces
    }

    /// Moves as much of the outbox into the ring as there is space for, and publishes it.
    ///
    /// - Parameter limit: how many bytes are moved at most, so that the reader can begin with them.
    /// - Returns: whether there was space for that many, or for all.
    /// - Throws: when no working reader has left the ring like this.
    @discardableResult
    package mutating func flush(atMost limit: Int = .max) throws(RingCorruption) -> Bool {
        var rest = limit
        while !isFlushed, rest > 0 {
            let part = min(outbox[first].count - offset, try ring.space(), rest)
            guard part > 0 else { break }
            rest -= part
            unsafe outbox[first].withBytes { bytes in
                unsafe ring.write(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + part)]))
            }
            offset += part
            if offset == outbox[first].count {
                outbox[first] = LongArray([UInt8]())
                first += 1
                offset = 0
            }
        }
        if isFlushed {
            outbox.removeAll(keepingCapacity: true)
            first = 0
        }
        ring.publish()
        return isFlushed || rest == 0
    }

    /// Lets the reader see what `writeIfFits` wrote.
    package mutating func publish() {
        ring.publish()
    }

    package func wakeReader() {
        ring.wakeReader()
    }

    /// Asks the reader to tell of space; false when there is some by now.
    package mutating func requestSpace() throws(RingCorruption) -> Bool {
        try ring.requestSpace(1)
    }

    /// Blocks until the outbox is empty, or whoever made `isOver` true woke the writer.
    package mutating func flushBlocking(
        unless isOver: () -> Bool = { false }, afterPublishing: () -> Void
    ) throws(RingCorruption) {
        while true {
            let hadSpace = try flush(atMost: Self.step)
            afterPublishing()
            if isFlushed || isOver() { return }
            if !hadSpace { try ring.waitForSpace(1, until: nil, unless: isOver) }
        }
    }
}
