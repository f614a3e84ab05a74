/// The state of a semaphore that processes share: how many permits are free, and who has the others.
///
/// What counts is the number of permits in all and what each process holds; how many are free follows from these, and
/// is made up again after a process was killed while it changed them.
package final class SemaphoreState: Sendable {
    package enum Release: Hashable, Sendable {
        case released
        /// As many permits are free as there may be.
        case full
    }

    /// Processes that can hold permits at the same time.
    package static let seats = 480
    /// Bytes that it takes.
    package static let size = tableStart + MemberTable.size(seats: seats)
    private static let tableStart = 64

    private let `guard`: SharedGuard
    private let free: SharedWord
    private let total: SharedWord
    private let bound: SharedWord
    private let table: MemberTable
    package let changes: EventCount

    package init(_ memory: SharedMapping, at offset: Int) {
        self.guard = SharedGuard(memory, at: offset)
        free = SharedWord(memory, at: offset + 16)
        total = SharedWord(memory, at: offset + 20)
        bound = SharedWord(memory, at: offset + 24)
        changes = EventCount(memory, at: offset + 32)
        table = MemberTable(memory, at: offset + Self.tableStart, seats: Self.seats)
    }

    /// Writes the state of a new semaphore, before any other process sees it.
    package func prepare(value: UInt32, bound: UInt32) {
        free.value = value
        total.value = value
        self.bound.value = bound
    }

    /// How many permits are free.
    package var value: UInt32 { free.value }

    /// The most permits that may be free; `UInt32.max` for no bound.
    package var limit: UInt32 { bound.value }

    /// Takes a permit; false when none is free.
    @inline(__always)
    package func acquire(as me: ProcessStamp) -> Bool {
        `guard`.withLock(repair: repair) {
            let value = free.value
            guard value > 0 else { return false }
            // Without a seat the permit is not given back if this process is killed; all other processes come first.
            if let seat = table.seat(of: me) ?? freedSeat(for: me) {
                let held = table.first(seat)
                held.value = held.value &+ 1
            } else {
                total.value = total.value &- 1
            }
            free.value = value - 1
            return true
        }
    }

    /// Gives a permit back: one of this process's own, else one of another's, else a new one.
    @inline(__always)
    package func release(as me: ProcessStamp) -> Release {
        let result = `guard`.withLock(repair: repair) { () -> Release in
            let value = free.value
            guard value < bound.value else { return .full }
            if let seat = table.find(me), table.first(seat).value > 0 {
                let held = table.first(seat)
                held.value = held.value - 1
            } else if let holder = table.members.max(by: { $0.first < $1.first }), holder.first > 0 {
                table.first(holder.seat).value = holder.first - 1
            } else {
                total.value = total.value &+ 1
            }
            free.value = value + 1
            return .released
        }
        if result == .released { changes.wake(1) }
        return result
    }

    /// Takes back what processes held that have ended.
    ///
    /// - Returns: how many permits that were.
    @discardableResult
    package func settle() -> Int {
        // Asking after processes takes long, so it is done without the guard.
        let ended = table.members.filter { $0.process.life == .ended }
        guard !ended.isEmpty else { return 0 }
        let count = `guard`.withLock(repair: repair) { settle(ended) }
        if count > 0 { changes.wake(Int32(clamping: count)) }
        return count
    }

    private func settle(_ ended: [MemberTable.Member]) -> Int {
        var count = 0
        for member in table.members where ended.contains(where: { $0.process == member.process }) {
            count += Int(member.first)
            table.leave(member.seat)
        }
        repair()
        return count
    }

    private func freedSeat(for me: ProcessStamp) -> Int? {
        if let idle = table.members.first(where: { $0.first == 0 }) {
            table.leave(idle.seat)
            return table.seat(of: me)
        }
        let ended = table.members.filter { $0.process.life == .ended }
        guard !ended.isEmpty else { return nil }
        _ = settle(ended)
        return table.seat(of: me)
    }

    /// Makes up what follows from the rest, inside the guard.
    private func repair() {
        let held = table.members.reduce(0) { $0 &+ $1.first }
        free.value = total.value >= held ? total.value - held : 0
    }
}
