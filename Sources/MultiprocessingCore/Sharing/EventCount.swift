import Synchronization

/// Where processes sleep until something has changed that no single word tells: a number of changes, and a mark.
///
/// Sleepers announce themselves, look once more, and sleep while the number stays. Whoever changes something wakes
/// them if there is a mark; without sleepers that costs one load. A sleeper that is killed leaves at most a mark
/// behind, which the next wake takes away.
package struct EventCount: Sendable {
    /// Bytes that it takes.
    package static let size = 8

    /// The number of changes, which sleepers watch.
    package let signal: SharedWord
    /// The number of changes that the latest sleeper saw, and in bit 0 that there is one; 0 for none.
    private let mark: SharedWord

    package init(_ mapping: SharedMapping, at offset: Int) {
        signal = SharedWord(mapping, at: offset)
        mark = SharedWord(mapping, at: offset + 4)
    }

    /// Says that the caller is about to sleep; it has to look once more before it does.
    ///
    /// - Returns: the value that `signal` has until something changes.
    package func announceSleeper() -> UInt32 {
        let number = signal.value
        let mine = number << 1 | 1
        while true {
            let found = mark.value
            // The mark of one who came later stays: whoever takes away an older one does not know of that sleeper.
            if found != 0, Int32(bitPattern: found &- mine) >= 0 { break }
            if mark.replace(found, with: mine) { break }
        }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return number
    }

    /// Wakes up to `count` sleepers after something has changed.
    @inline(__always)
    package func wake(_ count: Int32) {
        // What was changed must be visible to a sleeper that looks for the last time.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if mark.value != 0 { wakeMarked(count) }
    }

    private func wakeMarked(_ count: Int32) {
        let found = mark.value
        signal.add(1)
        // Fewer sleepers than were to be woken: nobody sleeps any more, unless somebody has come meanwhile.
        if signal.wake(count) < Int(count) { _ = mark.replace(found, with: 0) }
    }
}
