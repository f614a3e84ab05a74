import Synchronization

/// Where one ring of bytes lies in shared memory: its control words and its mirrored data.
///
/// One process writes, one reads. The writer owns `tail`, the reader owns `head`; both only grow, and what
/// lies between them has been published and not yet been read. A sleeper sets its word to 1 before it looks
/// for the last time, so that the other side wakes it.
package struct Ring: Sendable {
    let tail: SharedLongWord
    let head: SharedLongWord
    let readerSleeps: SharedWord
    let writerSleeps: SharedWord
    let data: SharedMapping
    package let capacity: Int

    /// Bytes of control words: what the two sides write lies on different cache lines.
    package static let controlSize = 256

    /// The ring whose words start at `offset` of `control` and whose data is the first half of `data`.
    package init(control: SharedMapping, at offset: Int, data: SharedMapping) {
        tail = SharedLongWord(control, at: offset)
        readerSleeps = SharedWord(control, at: offset + 64)
        head = SharedLongWord(control, at: offset + 128)
        writerSleeps = SharedWord(control, at: offset + 192)
        self.data = data
        capacity = data.count / 2
    }

    /// Wakes the reader if it sleeps; anyone may do so at any time.
    package func wakeReader() {
        readerSleeps.wakeSleeper()
    }

    /// Says that the reader is about to sleep elsewhere than on this word; it looks once more after that.
    package func announceReader() {
        readerSleeps.value = 1
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Whether the reader sleeps; the question takes that away, so whoever asks wakes it.
    package func takeReader() -> Bool {
        // What was published before must be visible to a reader that looks for the last time.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return readerSleeps.value == 1 && readerSleeps.exchange(0) == 1
    }

    /// Wakes the writer if it sleeps; anyone may do so at any time.
    package func wakeWriter() {
        writerSleeps.wakeSleeper()
    }
}

/// The other side of a ring wrote something that no working program writes.
package struct RingCorruption: Error, Hashable, Sendable {
    package init() {}
}

extension SharedWord {
    /// Wakes whoever sleeps on a word that sleepers set to 1; costs one fence and one load when nobody does.
    func wakeSleeper() {
        // What was published before must be visible to a sleeper that looks for the last time.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if value == 1, exchange(0) == 1 { wake() }
    }

    /// Sleeps until woken, unless `isReady` holds once everyone can see that this sleeper is there.
    func sleep(until deadline: Deadline?, unless isReady: () -> Bool) {
        value = 1
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if !isReady() { wait(while: 1, until: deadline) }
        value = 0
    }
}
