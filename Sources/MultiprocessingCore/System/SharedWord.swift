import CMultiprocessing
import Glibc
import Synchronization

/// A 32-bit word of shared memory: read and changed atomically, and processes can sleep on it.
@safe package struct SharedWord: @unchecked Sendable {
    // @unchecked because of the pointer: it is only used for atomic operations, and the mapping keeps it valid.
    private let word: UnsafeMutablePointer<Atomic<UInt32>>
    private let mapping: SharedMapping

    package init(_ mapping: SharedMapping, at offset: Int) {
        self.mapping = mapping
        let bytes = unsafe mapping.bytes(at: offset, count: 4)
        // In range, so the base exists; an Atomic has the layout of its value.
        unsafe word = bytes.start.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    package var value: UInt32 {
        get { unsafe word.pointee.load(ordering: .acquiring) }
        nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
    }

    package func exchange(_ value: UInt32) -> UInt32 {
        unsafe word.pointee.exchange(value, ordering: .acquiringAndReleasing)
    }

    package func insert(_ bits: UInt32) {
        unsafe word.pointee.bitwiseOr(bits, ordering: .acquiringAndReleasing)
    }

    package func add(_ value: UInt32) {
        unsafe word.pointee.wrappingAdd(value, ordering: .acquiringAndReleasing)
    }

    /// Puts a number there, unless there is one already, other than 0, that is as far or further round the circle.
    func raise(to new: UInt32) {
        while true {
            let found = value
            if found != 0, Int32(bitPattern: found &- new) >= 0 { return }
            if replace(found, with: new) { return }
        }
    }

    /// Puts `new` in place of `old`; false when something else is there.
    package func replace(_ old: UInt32, with new: UInt32) -> Bool {
        unsafe word.pointee.compareExchange(
            expected: old, desired: new, ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// Sleeps while the word has this value, until somebody wakes it or the deadline passes.
    ///
    /// - Returns: false when the deadline has passed. Every other reason to return, a signal among them, sends the
    ///   caller back to its own condition.
    @discardableResult
    package func wait(while value: UInt32, until deadline: Deadline?) -> Bool {
        unsafe mp_futex_wait(
            UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), value, deadline?.nanoseconds ?? 0)
            != ETIMEDOUT
    }

    /// Wakes sleepers, one if nothing else is said.
    ///
    /// - Returns: how many slept.
    @discardableResult
    package func wake(_ count: Int32 = 1) -> Int {
        unsafe Int(mp_futex_wake(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), count))
    }

    /// The word's place, for a wait for several; the caller keeps this value alive meanwhile.
    @unsafe var place: UnsafePointer<UInt32> {
        unsafe UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self)
    }
}

/// A 64-bit word of shared memory, read and changed atomically.
@safe package struct SharedLongWord: @unchecked Sendable {
    // @unchecked for the same reason as SharedWord.
    private let word: UnsafeMutablePointer<Atomic<UInt64>>
    private let mapping: SharedMapping

    package init(_ mapping: SharedMapping, at offset: Int) {
        self.mapping = mapping
        let bytes = unsafe mapping.bytes(at: offset, count: 8)
        // In range, so the base exists; an Atomic has the layout of its value.
        unsafe word = bytes.start.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    package var value: UInt64 {
        get { unsafe word.pointee.load(ordering: .acquiring) }
        nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
    }

    package func exchange(_ value: UInt64) -> UInt64 {
        unsafe word.pointee.exchange(value, ordering: .acquiringAndReleasing)
    }

    package func insert(_ bits: UInt64) {
        unsafe word.pointee.bitwiseOr(bits, ordering: .acquiringAndReleasing)
    }

    /// Puts `new` in place of `old`; false when something else is there.
    package func replace(_ old: UInt64, with new: UInt64) -> Bool {
        unsafe word.pointee.compareExchange(
            expected: old, desired: new, ordering: .acquiringAndReleasing
        ).exchanged
    }
}
