import Synchronization

/// What each process has of a shared object: two numbers for each, in memory that a guard protects.
///
/// A process gets a seat when it first has something, and loses it when it has ended; then its numbers are the
/// finder's to settle.
@safe package struct MemberTable: @unchecked Sendable {
    // @unchecked because of the pointer: it is only used for atomic operations, and the mapping keeps it valid.

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

    /// Keeps the seats where they are.
    private let memory: SharedMapping
    private let place: UnsafeMutableRawPointer
    private let seats: Int

    package init(_ memory: SharedMapping, at offset: Int, seats: Int) {
        self.memory = memory
        self.seats = seats
        unsafe place = memory.bytes(at: offset, count: Self.size(seats: seats)).start
    }

    // The numbers of seats that come in here are those of the table, so all places are within it.

    private func stamp(_ seat: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (place + Self.start + seat * Self.seatSize).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private func number(_ seat: Int, _ index: Int) -> SeatNumber {
        unsafe SeatNumber(place + Self.start + seat * Self.seatSize + 8 + index * 4)
    }

    private func process(_ seat: Int) -> UInt64 { unsafe stamp(seat).pointee.load(ordering: .acquiring) }

    private func set(_ seat: Int, _ process: UInt64) {
        unsafe stamp(seat).pointee.store(process, ordering: .releasing)
    }

    private var used: SeatNumber { unsafe SeatNumber(place) }

    private var usedSeats: Int { min(Int(used.value), seats) }

    /// The seat of a process; nil when it has none and all are taken.
    package func seat(of process: ProcessStamp) -> Int? {
        var free: Int?
        for seat in 0..<usedSeats {
            let raw = self.process(seat)
            if raw == process.raw { return seat }
            if raw == 0, free == nil { free = seat }
        }
        let seat = free ?? usedSeats
        guard seat < seats else { return nil }
        number(seat, 0).value = 0
        number(seat, 1).value = 0
        set(seat, process.raw)
        used.value = UInt32(max(seat + 1, usedSeats))
        return seat
    }

    /// The seat that a process has; nil when it has none.
    package func find(_ process: ProcessStamp) -> Int? {
        (0..<usedSeats).first { self.process($0) == process.raw }
    }

    /// The first number of a seat.
    package func first(_ seat: Int) -> SeatNumber { number(seat, 0) }

    /// The second number of a seat.
    package func second(_ seat: Int) -> SeatNumber { number(seat, 1) }

    /// Everyone who has a seat.
    package var members: [Member] {
        (0..<usedSeats).compactMap { seat in
            let raw = process(seat)
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
        set(seat, 0)
    }
}

/// A number of a seat; valid for as long as its table.
@safe package struct SeatNumber {
    private let word: UnsafeMutablePointer<Atomic<UInt32>>

    init(_ place: UnsafeMutableRawPointer) {
        unsafe word = place.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    package var value: UInt32 {
        get { unsafe word.pointee.load(ordering: .acquiring) }
        nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
    }

    package func add(_ amount: UInt32) {
        unsafe word.pointee.wrappingAdd(amount, ordering: .acquiringAndReleasing)
    }
}
