import CMultiprocessing
import Glibc
import Synchronization

/// How the workers of a pool tell the parent that there is something to read.
///
/// Each worker has a bit that it sets after it has written. The parent is only woken, through an event
/// descriptor, when nobody there is looking already.
package final class Doorbell: Sendable {
    package static let maximumWorkers = 1024
    private static let maximumLookers = 8

    private let parentSleeps: SharedWord
    /// The seats of workers that look for work without sleeping, each plus 1: places for a few of them only.
    private let lookers: [SharedWord]
    private let bits: [SharedLongWord]
    package let file: SharedDescriptor
    /// Readable when the parent has to wake.
    package let event: SharedDescriptor

    /// Makes a doorbell, in the parent.
    package static func make() throws(SystemError) -> Doorbell {
        let file = try SharedMapping.makeFile(named: "mp-doorbell", count: 4096)
        let event = mp_event_descriptor()
        guard event >= 0 else { throw .last("eventfd") }
        return try Doorbell(SharedDescriptor(file), event: SharedDescriptor(Descriptor(adopting: event)))
    }

    /// Maps the doorbell that the parent made.
    package init(_ file: SharedDescriptor, event: SharedDescriptor) throws(SystemError) {
        let page = try SharedMapping(file.descriptor, offset: 0, count: 4096)
        self.file = file
        self.event = event
        parentSleeps = SharedWord(page, at: 0)
        lookers = (0..<Self.maximumLookers).map { SharedWord(page, at: 64 + $0 * 4) }
        bits = (0..<(Self.maximumWorkers / 64)).map { SharedLongWord(page, at: 128 + $0 * 8) }
    }

    /// A worker says that it has written.
    package func ring(worker: Int) {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let word = bits[worker / 64]
        let bit = UInt64(1) << UInt64(worker % 64)
        if word.value & bit == 0 { word.insert(bit) }
        guard parentSleeps.value == 1, parentSleeps.exchange(0) == 1 else { return }
        var one: UInt64 = 1
        // A full counter (EAGAIN) means that the parent is being woken anyway.
        _ = unsafe write(event.raw, &one, 8)
    }

    /// A worker wants to look without sleeping; false when `limit` others do so already.
    package func beginLooking(worker: Int, limit: Int) -> Bool {
        lookers.prefix(limit).contains { $0.replace(0, with: UInt32(worker) + 1) }
    }

    /// The worker has stopped looking, or is gone.
    package func endLooking(worker: Int) {
        for looker in lookers where looker.replace(UInt32(worker) + 1, with: 0) { return }
    }

    /// Whether any of the first `count` workers has written since it was last asked for.
    package func isRinging(workers count: Int) -> Bool {
        for index in 0..<((count + 63) / 64) where bits[index].value != 0 { return true }
        return false
    }

    /// Calls `body` with each of the first `count` workers that have written since the last time.
    package func answer(workers count: Int, _ body: (Int) -> Void) {
        for index in 0..<((count + 63) / 64) where bits[index].value != 0 {
            var set = bits[index].exchange(0)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
            // The bits lie in memory that every worker can write to: those of nobody are passed over.
            if count - index * 64 < 64 { set &= (1 << UInt64(count - index * 64)) - 1 }
            while set != 0 {
                body(index * 64 + set.trailingZeroBitCount)
                set &= set - 1
            }
        }
    }

    /// From now on a ring wakes the parent; the caller looks once more after that.
    package func parentWillSleep() {
        parentSleeps.value = 1
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Somebody in the parent is looking: no ring has to wake it.
    package func parentIsLooking() {
        parentSleeps.value = 0
    }

    /// Takes back what made the event descriptor readable.
    package func acknowledge() {
        var count: UInt64 = 0
        // Nothing to read (EAGAIN) is fine: someone else took it.
        _ = unsafe read(event.raw, &count, 8)
    }
}
