import Synchronization

/// What each process has of a shared object: two numbers for each, in memory that a guard protects.
///
/// A process gets a seat when it first has something, and loses it when it has ended; then its numbers are the
/// finder's to settle.
package struct MemberTable: Sendable {
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

    private let memory: SharedMapping
    private let offset: Int
    private let seats: Int
    private let used: SharedWord

    package init(_ memory: SharedMapping, at offset: Int, seats: Int) {
        self.memory = memory
        self.offset = offset
        self.seats = seats
        used = SharedWord(memory, at: offset)
    }

    private func stamp(_ seat: Int) -> SharedLongWord {
        SharedLongWord(memory, at: offset + Self.start + seat * Self.seatSize)
    }

    private func number(_ seat: Int, _ index: Int) -> SharedWord {
        SharedWord(memory, at: offset + Self.start + seat * Self.seatSize + 8 + index * 4)
    }

    private var usedSeats: Int { min(Int(used.value), seats) }

    /// The seat of a process; nil when it has none and all are taken.
    package func seat(of process: ProcessStamp) -> Int? {
        var free: Int?
        for seat in 0..<usedSeats {
            let raw = stamp(seat).value
            if raw == process.raw { return seat }
            if raw == 0, free == nil { free = seat }
        }
        let seat = free ?? usedSeats
        guard seat < seats else { return nil }
        number(seat, 0).value = 0
        number(seat, 1).value = 0
        stamp(seat).value = process.raw
        used.value = UInt32(max(seat + 1, usedSeats))
        return seat
    }

    /// The seat that a process has; nil when it has none.
    package func find(_ process: ProcessStamp) -> Int? {
        (0..<usedSeats).first { stamp($0).value == process.raw }
    }

    /// The first number of a seat.
    package func first(_ seat: Int) -> SharedWord { number(seat, 0) }

    /// The second number of a seat.
    package func second(_ seat: Int) -> SharedWord { number(seat, 1) }

    /// Everyone who has a seat.
    package var members: [Member] {
        (0..<usedSeats).compactMap { seat in
            let raw = stamp(seat).value
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
        stamp(seat).value = 0
    }
}
