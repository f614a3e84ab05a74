import Synchronization

/// What each process has of a shared object: two numbers for each, in memory that a guard protects.
///
/// A process gets a seat when it first has something, and loses it when it has ended; then its numbers are the
/// finder's to settle.
@safe package struct MemberTable: @unchecked Sendable {
    package struct Member: Hashable, Sendable {
        package let seat: Int
        package let process: ProcessStamp
        package let first: UInt32
        package let second: UInt32
    }

    /// Bytes of one seat.
    private static let seatSize = 16
    /// The first word says how many seats were ever taken: those behind them need no look.
    private static let start = 16

    /// Bytes that a table with this many seats takes.
    package static func size(seats: Int) -> Int { start + seats * seatSize }

    /// A number of a seat, for the moment: it does not keep the memory.
    @safe package struct Number {
        fileprivate let word: UnsafeMutablePointer<Atomic<UInt32>>

        package var value: UInt32 {
            get { unsafe word.pointee.load(ordering: .acquiring) }
            nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
        }

        package func add(_ value: UInt32) {
            unsafe word.pointee.wrappingAdd(value, ordering: .acquiringAndReleasing)
        }
    }

    // @unchecked because of the pointer: it never changes, the mapping keeps it valid, and what it points to is only
    // reached through atomic words. A mapping of its own for each word would cost more than what is done with it.
    private let base: UnsafeMutableRawPointer?
    private let memory: SharedMapping
    private let seats: Int
    private let used: SharedWord

    package init(_ memory: SharedMapping, at offset: Int, seats: Int) {
        self.memory = memory
        self.seats = seats
        used = SharedWord(memory, at: offset)
        unsafe base = memory.bytes(at: offset, count: Self.size(seats: seats)).baseAddress
    }

    private func place(_ seat: Int) -> UnsafeMutableRawPointer {
        guard seat >= 0, seat < seats, let base = unsafe base else { fatalError("there is no seat \(seat)") }
        return unsafe base + Self.start + seat * Self.seatSize
    }

    private func stamp(_ seat: Int) -> UInt64 {
        // An Atomic has the layout of its value.
        unsafe place(seat).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring)
    }

    private func set(_ seat: Int, stamp: UInt64) {
        unsafe place(seat).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(
            stamp, ordering: .releasing)
    }

    private func number(_ seat: Int, _ index: Int) -> Number {
        unsafe Number(word: (place(seat) + 8 + index * 4).assumingMemoryBound(to: Atomic<UInt32>.self))
    }

    private var usedSeats: Int { min(Int(used.value), seats) }

    /// The seat of a process; nil when it has none and all are taken.
    package func seat(of process: ProcessStamp) -> Int? {
        var free: Int?
        for seat in 0..<usedSeats {
            let raw = stamp(seat)
            if raw == process.raw { return seat }
            if raw == 0, free == nil { free = seat }
        }
        let seat = free ?? usedSeats
        guard seat < seats else { return nil }
        number(seat, 0).value = 0
        number(seat, 1).value = 0
        set(seat, stamp: process.raw)
        used.value = UInt32(max(seat + 1, usedSeats))
        return seat
    }

    /// The seat that a process has; nil when it has none.
    package func find(_ process: ProcessStamp) -> Int? {
        for seat in 0..<usedSeats where stamp(seat) == process.raw { return seat }
        return nil
    }

    /// The first number of a seat.
    package func first(_ seat: Int) -> Number { number(seat, 0) }

    /// The second number of a seat.
    package func second(_ seat: Int) -> Number { number(seat, 1) }

    /// Everyone who has a seat.
    package var members: [Member] {
        (0..<usedSeats).compactMap { seat in
            let raw = stamp(seat)
            guard raw != 0 else { return nil }
            return Member(
                seat: seat, process: ProcessStamp(raw: raw), first: number(seat, 0).value,
                second: number(seat, 1).value)
        }
    }

    /// Gives a seat up.
    package func leave(_ seat: Int) {
        number(seat, 0).value = 0
        number(seat, 1).value = 0
        set(seat, stamp: 0)
    }
}
