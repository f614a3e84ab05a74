import Synchronization

/// The state of an event that processes share: whether it is set, and how often it was.
///
/// Both are one word, so whoever is killed has set it or has not.
package final class EventState: Sendable {
    package static let size = 8
    private static let isSetBit: UInt32 = 1

    /// Bit 0 says whether it is set; above it is the number of times it was.
    package let signal: SharedWord
    /// What `signal` was when the last sleeper announced itself, and in bit 0 that one did.
    private let mark: SharedWord

    package init(_ memory: SharedMapping, at offset: Int) {
        signal = SharedWord(memory, at: offset)
        mark = SharedWord(memory, at: offset + 4)
    }

    package var isSet: Bool { signal.value & Self.isSetBit != 0 }

    /// How often it was set, which tells a waiter that it was, even if it was cleared again at once.
    package var count: UInt32 { signal.value >> 1 }

    package func set() {
        while true {
            let found = signal.value
            if found & Self.isSetBit != 0 { break }
            if signal.replace(found, with: (found &+ 2) | Self.isSetBit) { break }
        }
        // Also when it was set before: whoever did that may have been killed before it woke anybody.
        let now = count
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let found = mark.value
        guard found != 0 else { return }
        // The mark of somebody who came after the event was cleared again stays: it may not sleep yet.
        let isOlder = Int32(bitPattern: (found & ~Self.isSetBit) &- now << 1) < 0
        if isOlder { _ = mark.replace(found, with: 0) }
        signal.wake(.max)
    }

    package func clear() {
        while true {
            let found = signal.value
            if found & Self.isSetBit == 0 || signal.replace(found, with: found & ~Self.isSetBit) { return }
        }
    }

    /// Says that the caller is about to sleep; it has to look once more before it does.
    ///
    /// - Returns: the value that `signal` has until something changes; nil if it is set.
    package func announceSleeper() -> UInt32? {
        let found = signal.value
        guard found & Self.isSetBit == 0 else { return nil }
        // Never over the mark of somebody who has seen a later one: a setter that saw this one would take it away.
        mark.raise(to: found | 1)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return found
    }
}
