/// The state of a condition that processes share: how many tasks of each process wait, and how many of them were
/// notified and have not gone yet.
///
/// A notification belongs to the process of a waiter until one of its waiters takes it. If the process ends before,
/// the finder hands it on to another.
package final class ConditionState: Sendable {
    /// Processes whose tasks can wait at the same time.
    package static let seats = 480
    package static let size = tableStart + MemberTable.size(seats: seats)
    private static let tableStart = 64

    private let `guard`: SharedGuard
    /// The seat behind which the next notification looks for a waiter, so that all processes get their turn.
    private let turn: SharedWord
    private let table: MemberTable
    package let changes: EventCount

    package init(_ memory: SharedMapping, at offset: Int) {
        self.guard = SharedGuard(memory, at: offset)
        turn = SharedWord(memory, at: offset + 16)
        changes = EventCount(memory, at: offset + 32)
        table = MemberTable(memory, at: offset + Self.tableStart, seats: Self.seats)
    }

    // In the table the first number is how many wait, the second how many of them were notified.

    /// Begins to wait; false when too many processes do.
    package func enter(as me: ProcessStamp) -> Bool {
        `guard`.withLock {
            guard let seat = table.seat(of: me) else { return false }
            table.first(seat).add(1)
            return true
        }
    }

    /// Whether one of this process's waiters is notified; a mere look.
    package func isNotified(_ me: ProcessStamp) -> Bool {
        table.find(me).map { table.second($0).value > 0 } ?? false
    }

    /// Takes a notification for one of this process's waiters, which goes; false when there is none.
    package func take(as me: ProcessStamp) -> Bool {
        `guard`.withLock {
            guard let seat = table.find(me), table.second(seat).value > 0 else { return false }
            go(seat, notified: true)
            return true
        }
    }

    /// A waiter goes without having been served.
    ///
    /// - Returns: whether it was notified after all, because all of its process's waiters were.
    package func leave(as me: ProcessStamp) -> Bool {
        `guard`.withLock {
            guard let seat = table.find(me), table.first(seat).value > 0 else { return false }
            let isNotified = table.second(seat).value >= table.first(seat).value
            go(seat, notified: isNotified)
            return isNotified
        }
    }

    private func go(_ seat: Int, notified: Bool) {
        // In this order: more waiters than there are cost nothing, more notifications would be believed.
        if notified { table.second(seat).value = table.second(seat).value &- 1 }
        table.first(seat).value = table.first(seat).value &- 1
        if table.first(seat).value == 0 { table.leave(seat) }
    }

    /// Notifies waiters.
    ///
    /// - Returns: how many there were, up to `count`.
    @discardableResult
    package func notify(_ count: Int) -> Int {
        let notified = `guard`.withLock { hand(out: count) }
        if notified > 0 { changes.wake(.max) }
        return notified
    }

    private func hand(out count: Int, without ended: [MemberTable.Member] = []) -> Int {
        let members = table.members.filter { member in !ended.contains { $0.process == member.process } }
        guard !members.isEmpty, count > 0 else { return 0 }
        var left = count
        var position = members.firstIndex { $0.seat > Int(turn.value) } ?? 0
        var given = [UInt32](repeating: 0, count: members.count)
        var idle = 0
        while left > 0, idle < members.count {
            let member = members[position]
            if member.second &+ given[position] < member.first {
                given[position] += 1
                left -= 1
                idle = 0
                turn.value = UInt32(member.seat)
            } else {
                idle += 1
            }
            position = (position + 1) % members.count
        }
        for (member, count) in zip(members, given) where count > 0 { table.second(member.seat).add(count) }
        return count - left
    }

    /// How many tasks wait and were not notified yet.
    package var waiting: Int {
        table.members.reduce(0) { $0 + Int($1.first) - min(Int($1.first), Int($1.second)) }
    }

    /// Hands on what processes were notified of that have ended.
    package func settle() {
        let ended = table.members.filter { $0.process.life == .ended }
        guard !ended.isEmpty else { return }
        let notified = `guard`.withLock { () -> Int in
            var given = 0
            for member in table.members where ended.contains(where: { $0.process == member.process }) {
                // In this order: whoever is killed between the two has woken a waiter too many, not one too few.
                given += hand(out: Int(min(member.first, member.second)), without: ended)
                table.leave(member.seat)
            }
            return given
        }
        if notified > 0 { changes.wake(.max) }
    }
}
