import Synchronization

/// The state of an event that processes share: whether it is set, and how often it was.
///
/// Both are one word, so whoever is killed has set it or has not.
package struct EventState: Sendable {
    package static let size = 8
    private static let isSetBit: UInt32 = 1

    /// Bit 0 says whether it is set; above it is the number of times it was.
    package let signal: SharedWord
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
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard mark.value != 0 else { return }
        mark.value = 0
        signal.wake(.max)
    }

    package func clear() {
        while true {
            let found = signal.value
            if found & Self.isSetBit == 0 || signal.replace(found, with: found & ~Self.isSetBit) { return }
        }
    }

    /// Says that the caller is about to sleep.
    ///
    /// - Returns: the value that `signal` has until something changes; nil if it is set.
    package func announceSleeper() -> UInt32? {
        mark.value = 1
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let found = signal.value
        return found & Self.isSetBit == 0 ? found : nil
    }
}
