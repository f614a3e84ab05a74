/// Nanoseconds for which a reader looks for more of a long message before it sleeps.
private let lookTime: UInt64 = 50_000

// Messages that are announced elsewhere: the reader waits for them, on a thread of its own.
extension FrameReader {
    /// Blocks until the next message, which the ring has room for, is here whole; false when `isOver` holds before.
    package func waitForWhole(unless isOver: () -> Bool) throws(RingCorruption) -> Bool {
        var isHere = false
        while true {
            let available = try unsafe ring.available()
            if available.count >= RingFrame.headerSize {
                let frame = unsafe available.loadUnaligned(as: RingFrame.self)
                guard frame.length <= UInt64(RingFrame.wholeLimit(in: ring.ring.capacity)) else {
                    throw RingCorruption()
                }
                isHere = available.count >= RingFrame.headerSize + Int(frame.length)
            }
            if isHere { return true }
            if isOver() { return false }
            waitForMore(than: available.count, unless: isOver)
        }
    }

    /// Takes the next message, which is in the long form; blocks until it is whole.
    ///
    /// - Parameters:
    ///   - isOver: a reason to give up.
    ///   - afterTaking: called when half of the ring is free, or more.
    /// - Returns: nil when it gave up.
    /// - Throws: when no working writer has written what is there.
    package mutating func nextLong(
        unless isOver: () -> Bool, afterTaking: (borrowing RingReader) -> Void
    ) throws(RingCorruption) -> (frame: RingFrame, content: WireBytes)? {
        var receiver = LongMessageReceiver()
        while true {
            let available = try unsafe ring.available()
            let part = unsafe UnsafeRawBufferPointer(rebasing: available.prefix(FrameWriter.step))
            let taken = try unsafe receiver.take(part)
            ring.advance(taken)
            if let message = receiver.message { return message }
            if available.count - taken <= ring.ring.capacity / 2 { afterTaking(ring) }
            if isOver() { return nil }
            if available.count == taken { waitForMore(than: 0, unless: isOver) }
        }
    }

    /// Looks for a moment, then sleeps.
    private func waitForMore(than known: Int, unless isOver: () -> Bool) {
        let end = Deadline.now.nanoseconds + lookTime
        while Deadline.now.nanoseconds < end {
            for _ in 0..<16 {
                if ring.unread > known { return }
                Processor.pause()
            }
            Processor.yield()
        }
        ring.wait(beyond: known, until: nil, unless: isOver)
    }
}
