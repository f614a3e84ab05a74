/// The state of a barrier that processes share: the generation that fills, who has arrived, and how earlier ones ended.
package final class BarrierState: Sendable {
    /// What a party that arrives has to do.
    package enum Arrival: Hashable, Sendable {
        /// Wait for the end of this generation.
        case wait(generation: UInt32, index: Int)
        /// It was the last: run the action, then open.
        case act(generation: UInt32, index: Int)
        /// Come again when something has changed: an earlier generation is about to go.
        case busy
        case broken
        /// Too many processes.
        case refused
    }

    /// How a generation ended.
    package enum Outcome: Hashable, Sendable {
        case passed
        case broken
    }

    enum Phase: UInt64 {
        case filling = 0
        case acting = 1
        case broken = 2
        /// The generation is being ended; whoever finds its ender dead goes on with it.
        case ending = 3
    }

    package static let seats = 480
    package static let size = tableStart + MemberTable.size(seats: seats)
    private static let tableStart = 64

    let `guard`: SharedGuard
    /// The generation, and in its lowest two bits the phase.
    private let state: SharedLongWord
    /// Which of the last 64 generations ended without passing, a bit each.
    let resets: SharedLongWord
    private let parties: SharedWord
    let table: MemberTable
    package let changes: EventCount

    package init(_ memory: SharedMapping, at offset: Int) {
        self.guard = SharedGuard(memory, at: offset)
        state = SharedLongWord(memory, at: offset + 16)
        resets = SharedLongWord(memory, at: offset + 24)
        parties = SharedWord(memory, at: offset + 32)
        changes = EventCount(memory, at: offset + 40)
        table = MemberTable(memory, at: offset + Self.tableStart, seats: Self.seats)
    }

    /// Writes the state of a new barrier, before any other process sees it.
    package func prepare(parties: UInt32) {
        self.parties.value = parties
    }

    package var partyCount: Int { Int(parties.value) }
    package var isBroken: Bool { phase == .broken }
    /// Whether an earlier generation is about to go, so that nobody can arrive; a mere look.
    package var isBusy: Bool { phase == .acting || phase == .ending }

    /// How many have arrived and wait.
    package var waiting: Int { min(arrived, partyCount) }

    var generation: UInt32 { UInt32(truncatingIfNeeded: state.value >> 2) }
    var phase: Phase { Phase(rawValue: state.value & 3) ?? .filling }
    func set(_ generation: UInt32, _ phase: Phase) {
        state.value = UInt64(generation) << 2 | phase.rawValue
    }
    static func bit(_ generation: UInt32) -> UInt64 { 1 << UInt64(generation % 64) }

    // In the table the first number is how many of the process's parties have arrived, the second whether it is one.

    var arrived: Int { table.members.reduce(0) { $0 + Int($1.first) } }

    /// A party arrives.
    package func arrive(as me: ProcessStamp) -> Arrival {
        let arrival = `guard`.withLock(repair: repair) { () -> Arrival in
            switch phase {
            case .broken: return .broken
            case .acting, .ending: return .busy
            case .filling: break
            }
            guard let seat = table.seat(of: me) else { return .refused }
            let index = arrived
            table.second(seat).value = 1
            table.first(seat).add(1)
            guard index + 1 >= partyCount else { return .wait(generation: generation, index: index) }
            set(generation, .acting)
            return .act(generation: generation, index: index)
        }
        return arrival
    }

    /// How a generation ended; nil while it has not.
    package func outcome(of generation: UInt32) -> Outcome? {
        `guard`.withLock(repair: repair) { knownOutcome(of: generation) }
    }

    /// Whether something has happened to a generation; a mere look.
    package func mayHaveEnded(_ generation: UInt32) -> Bool {
        self.generation != generation || phase == .broken
    }

    func knownOutcome(of generation: UInt32) -> Outcome? {
        if self.generation == generation { return phase == .broken ? .broken : nil }
        return resets.value & Self.bit(generation) == 0 ? .passed : .broken
    }

    func finishEnding() {
        for member in table.members { table.first(member.seat).value = 0 }
        set(generation &+ 1, .filling)
    }

    /// Goes on where a process was killed, inside the guard.
    func repair() {
        if phase == .ending { finishEnding() }
    }
}
