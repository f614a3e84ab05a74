import Synchronization

/// The writing end of a ring.
///
/// It has one user at a time.
package struct RingWriter: ~Copyable {
    package let ring: Ring
    private var tail: UInt64
    private var published: UInt64
    private var knownHead: UInt64

    /// The writer of a ring that nobody has written to yet.
    package init(_ ring: Ring) {
        self.ring = ring
        tail = 0
        published = 0
        knownHead = 0
    }

    /// Whether everything that was published has been read.
    package var isDrained: Bool { ring.head.value == tail }

    /// Bytes that can be written now.
    package mutating func space(atLeast wanted: Int = 1) throws(RingCorruption) -> Int {
        if ring.capacity - Int(tail - knownHead) < wanted {
            let head = ring.head.value
            // The reader may only have gone forward, and not beyond what was published.
            guard head >= knownHead, head <= published else { throw RingCorruption() }
            knownHead = head
        }
        return ring.capacity - Int(tail - knownHead)
    }

    /// Copies bytes into the ring; there must be space for them.
    ///
    /// They are not visible before `publish`.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        let offset = Int(tail % UInt64(ring.capacity))
        // The data is mirrored, so a run that passes the end goes on in the second copy.
        unsafe ring.data.bytes(at: offset, count: bytes.count).copyMemory(from: bytes)
        tail += UInt64(bytes.count)
    }

    /// Where the next byte goes, counted from the ring's first one on.
    var position: UInt64 { tail }

    /// The place of the next `count` bytes, for which there must be space; nobody sees them before `publish`.
    @unsafe func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
        // The data is mirrored, so the run is in one piece even if it passes the end.
        unsafe ring.data.bytes(at: Int(tail % UInt64(ring.capacity)), count: count)
    }

    /// Counts bytes as written that were put into their place.
    mutating func skip(_ count: Int) {
        tail += UInt64(count)
    }

    /// Lets the reader see what was written, without waking it.
    package mutating func publish() {
        published = tail
        ring.tail.value = tail
    }

    /// Wakes the reader if it sleeps.
    package func wakeReader() {
        ring.readerSleeps.wakeSleeper()
    }

    /// Asks to be told when there is space; false when there is space for `wanted` bytes by now.
    package mutating func requestSpace(_ wanted: Int) throws(RingCorruption) -> Bool {
        ring.writerSleeps.value = 1
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard try space(atLeast: wanted) >= wanted else { return true }
        ring.writerSleeps.value = 0
        return false
    }

    /// Blocks until there is space for `wanted` bytes or the reader has done something else.
    package mutating func waitForSpace(
        _ wanted: Int, until deadline: Deadline?, unless isOver: () -> Bool = { false }
    ) throws(RingCorruption) {
        guard try space(atLeast: wanted) < wanted else { return }
        let ring = ring
        let tail = tail
        ring.writerSleeps.sleep(until: deadline) {
            // A head that is out of range ends the wait too: the next look says so.
            let unread = tail &- ring.head.value
            return unread > UInt64(ring.capacity) || ring.capacity - Int(unread) >= wanted || isOver()
        }
    }
}
