import Synchronization

/// The reading end of a ring.
///
/// It has one user at a time.
package struct RingReader: ~Copyable {
    package let ring: Ring
    private var head: UInt64

    /// The reader of a ring that nobody has read from yet.
    package init(_ ring: Ring) {
        self.ring = ring
        head = 0
    }

    /// Whether something can be read now.
    package var hasBytes: Bool { ring.tail.value != head }

    /// How many bytes can be read now, if the writer is sane.
    var unread: Int { Int(truncatingIfNeeded: ring.tail.value &- head) }

    /// Everything that can be read now, in one piece, in place; valid until `advance`.
    package func available() throws(RingCorruption) -> UnsafeRawBufferPointer {
        let tail = ring.tail.value
        guard tail >= head, tail - head <= UInt64(ring.capacity) else { throw RingCorruption() }
        let offset = Int(head % UInt64(ring.capacity))
        // The data is mirrored, so the run is in one piece even if it passes the end.
        return unsafe UnsafeRawBufferPointer(ring.data.bytes(at: offset, count: Int(tail - head)))
    }

    /// Where the next byte comes from, counted from the ring's first one on.
    var position: UInt64 { head }

    /// What lies behind everything that has been published; for after the writer's end only.
    @unsafe func unpublished() -> UnsafeRawBufferPointer {
        let offset = Int(head % UInt64(ring.capacity))
        return unsafe UnsafeRawBufferPointer(ring.data.bytes(at: offset, count: ring.capacity))
    }

    /// Gives `count` bytes back to the writer.
    package mutating func advance(_ count: Int) {
        head += UInt64(count)
        ring.head.value = head
    }

    /// Wakes the writer if it sleeps because the ring was full.
    package func wakeWriter() {
        ring.writerSleeps.wakeSleeper()
    }

    /// Whether the writer asked to be told of space; the question takes the request away.
    package func takeWriterRequest() -> Bool {
        // The space that was given back must be visible to a writer that looks for the last time.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.writerSleeps.value == 1 && ring.writerSleeps.exchange(0) == 1
    }

    /// Blocks until something can be read, or the deadline passes, or whoever made `isOver` true woke the reader.
    ///
    /// - Parameters:
    ///   - known: so many bytes are not enough, because the reader has seen them.
    ///   - deadline: when it gives up.
    ///   - isOver: a reason not to sleep.
    package func wait(beyond known: Int = 0, until deadline: Deadline?, unless isOver: () -> Bool = { false })
    {
        let ring = ring
        let known = head &+ UInt64(known)
        ring.readerSleeps.sleep(until: deadline) { ring.tail.value != known || isOver() }
    }
}
