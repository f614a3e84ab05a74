/// Reads messages from a ring: short ones in place, long ones put together piece by piece.
package struct FrameReader: ~Copyable {
    var ring: RingReader
    private var header: RingFrame?
    private var pieces: [UInt8] = []
    /// The longest message that is accepted.
    private let limit: UInt64

    package init(_ ring: Ring, limit: UInt64 = 1 << 40) {
        self.ring = RingReader(ring)
        self.limit = limit
    }

    package var hasBytes: Bool { ring.hasBytes }

    /// Whether the last message that came is whole.
    var isBetweenMessages: Bool { header == nil }

    /// Looks for bytes so many times; whether there are some.
    package func look(times: Int) -> Bool {
        for _ in 0..<times {
            if ring.hasBytes { return true }
            Processor.pause()
        }
        return ring.hasBytes
    }

    package func wait(until deadline: Deadline?, unless isOver: () -> Bool = { false }) {
        ring.wait(until: deadline, unless: isOver)
    }

    package func wakeWriter() {
        ring.wakeWriter()
    }

    package func takeWriterRequest() -> Bool {
        ring.takeWriterRequest()
    }

    /// Asks `body` about the next message, if that lies here whole; it stays where it is.
    package func peek(_ body: (RingFrame, UnsafeRawBufferPointer) -> Bool) -> Bool {
        guard header == nil, let available = try? unsafe ring.available(),
            available.count >= RingFrame.headerSize
        else { return false }
        let frame = unsafe available.loadUnaligned(as: RingFrame.self)
        guard frame.length <= UInt64(available.count - RingFrame.headerSize) else { return false }
        let end = RingFrame.headerSize + Int(frame.length)
        return unsafe body(frame, UnsafeRawBufferPointer(rebasing: available[RingFrame.headerSize..<end]))
    }

    /// Hands the next whole message to `body` and gives its space back; false when none is whole yet.
    ///
    /// - Parameters:
    ///   - keep: gets the memory of a message that was put together, unless it says that it does not want it.
    ///   - body: gets every other message.
    /// - Returns: false when no message is whole yet.
    /// - Throws: when no working writer has written what is there.
    package mutating func next(
        keeping keep: (RingFrame, [UInt8]) -> Bool = { _, _ in false },
        _ body: (RingFrame, UnsafeRawBufferPointer) -> Void
    ) throws(RingCorruption) -> Bool {
        if let header { return try unsafe collect(header, keep, body) }
        let available = try unsafe ring.available()
        guard available.count >= RingFrame.headerSize else {
            // Headers are published in one piece with what follows or in a long message's first piece.
            return false
        }
        let header = unsafe available.loadUnaligned(as: RingFrame.self)
        guard header.length <= limit else { throw RingCorruption() }
        let size = RingFrame.headerSize + Int(header.length)
        if size <= available.count {
            unsafe body(header, UnsafeRawBufferPointer(rebasing: available[RingFrame.headerSize..<size]))
            ring.advance(size)
            return true
        }
        // The rest follows in pieces as the writer finds space. Memory is taken as they come.
        if !Memory.reserve(Int(header.length), in: &pieces) { pieces.reserveCapacity(1 << 26) }
        ring.advance(RingFrame.headerSize)
        self.header = header
        return try unsafe collect(header, keep, body)
    }

    private mutating func collect(
        _ header: RingFrame, _ keep: (RingFrame, [UInt8]) -> Bool,
        _ body: (RingFrame, UnsafeRawBufferPointer) -> Void
    ) throws(RingCorruption) -> Bool {
        let available = try unsafe ring.available()
        let part = min(available.count, Int(header.length) - pieces.count)
        unsafe pieces.append(contentsOf: UnsafeRawBufferPointer(rebasing: available[..<part]))
        ring.advance(part)
        guard pieces.count == Int(header.length) else { return false }
        self.header = nil
        if keep(header, pieces) {
            pieces = []
            return true
        }
        unsafe pieces.withUnsafeBytes { bytes in unsafe body(header, bytes) }
        // A long message's memory is worth keeping for the next one, a very long one's is not.
        if pieces.capacity > 1 << 22 { pieces = [] } else { pieces.removeAll(keepingCapacity: true) }
        return true
    }
}
