import MultiprocessingCore

/// A worker's end of the ring for long answers; while there was no long message, there is none.
struct LongAnswers: ~Copyable {
    private var writer: FrameWriter?

    init() {}

    /// Whether nothing waits for room.
    var isFlushed: Bool {
        switch writer {
        case .some(let writer): writer.isFlushed
        case nil: true
        }
    }

    /// From now on they go through this memory, or none.
    mutating func use(_ segment: WorkerSegment?) {
        writer = segment.map { FrameWriter($0.replies) }
    }

    /// Writes a value, or a part of it now and the rest later, and says so in the usual ring; false if it has to go
    /// there.
    mutating func write(
        slot: UInt32, _ payload: WireBytes, announcingIn replies: inout FrameWriter
    ) throws(RingCorruption) -> Bool {
        guard payload.count >= BulkMemory.threshold, isFlushed, writer != nil else { return false }
        if try writer?.writeIfFits(kind: PoolReply.value, slot: slot, payload) == true {
            writer?.publish()
            try replies.send(kind: PoolReply.bulk, slot: slot, [])
            return true
        }
        // It is announced now or not at all, so that the pool does not wait for one while the other waits for the pool.
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        guard try unsafe replies.writeIfFits(kind: PoolReply.long, slot: slot, nothing) else { return false }
        replies.publish()
        writer?.enqueueLong(kind: PoolReply.value, slot: slot, payload, keepsArrays: true)
        // The rest follows when the chunk's task has answered everything.
        try writer?.flush(atMost: FrameWriter.step)
        return true
    }

    /// Blocks until nothing waits for room, or whoever made `isOver` true woke the writer.
    mutating func flush(unless isOver: () -> Bool, afterPublishing: () -> Void) throws(RingCorruption) {
        if !isFlushed { try writer?.flushBlocking(unless: isOver, afterPublishing: afterPublishing) }
    }
}
