import CMultiprocessing
import Synchronization

/// A count that a thread can sleep on until it changes.
@safe final class ForkedBell: @unchecked Sendable {
    // @unchecked because of the pointer: it is only used for atomic operations, and never freed.
    private let word: UnsafeMutablePointer<Atomic<UInt32>>

    init() {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: Atomic(0))
    }

    var count: UInt32 { unsafe word.pointee.load(ordering: .acquiring) }

    func ring() {
        _ = unsafe word.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing)
        _ = unsafe mp_futex_wake(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), 1)
    }

    /// Sleeps while the count is this one, until the deadline.
    func wait(while count: UInt32, until deadline: Deadline?) {
        // Every reason to return, a signal among them, sends the caller back to its own condition.
        _ = unsafe mp_futex_wait(
            UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), count, deadline?.nanoseconds ?? 0)
    }
}
