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

    private enum Phase: UInt64 {
        case filling = 0
        case acting = 1
        case broken = 2
        /// The generation is being ended; whoever finds its ender dead goes on with it.
        case ending = 3
    }

    package static let seats = 480
    package static let size = tableStart + MemberTable.size(seats: seats)
    private static let tableStart = 64

    private let `guard`: SharedGuard
    /// The generation, and in its lowest two bits the phase.
    private let state: SharedLongWord
    /// Which of the last 64 generations ended without passing, a bit each.
    private let resets: SharedLongWord
    private let parties: SharedWord
    private let table: MemberTable
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

    private var generation: UInt32 { UInt32(truncatingIfNeeded: state.value >> 2) }
    private var phase: Phase { Phase(rawValue: state.value & 3) ?? .filling }
    private func set(_ generation: UInt32, _ phase: Phase) {
        state.value = UInt64(generation) << 2 | phase.rawValue
    }
    private static func bit(_ generation: UInt32) -> UInt64 { 1 << UInt64(generation % 64) }

    // In the table the first number is how many of the process's parties have arrived, the second whether it is one.

    private var arrived: Int { table.members.reduce(0) { $0 + Int($1.first) } }

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

    /// The action of a generation has run: lets all of it go.
    ///
    /// - Returns: false when the barrier was broken or reset meanwhile.
    package func open(_ generation: UInt32) -> Bool {
        end(passing: true) { self.generation == generation && phase == .acting }
    }

    /// Nobody passes any more until a reset; those who wait get an error.
    package func abort() {
        `guard`.withLock(repair: repair) { set(generation, .broken) }
        changes.wake(.max)
    }

    /// Breaks one generation only, if it has not ended: a party leaves.
    ///
    /// - Returns: how the generation ended.
    package func breakOff(_ generation: UInt32) -> Outcome {
        let outcome = `guard`.withLock(repair: repair) { () -> Outcome in
            if let outcome = knownOutcome(of: generation) { return outcome }
            set(generation, .broken)
            return .broken
        }
        changes.wake(.max)
        return outcome
    }

    /// Begins a new generation; those who wait in the old one get an error.
    ///
    /// Processes that have ended are no parties of the new one.
    package func reset() {
        let ended = table.members.filter { $0.process.life == .ended }
        _ = end(passing: false) {
            let mayEnd = phase == .broken || phase == .acting || arrived > 0
            for member in table.members where ended.contains(where: { $0.process == member.process }) {
                table.leave(member.seat)
            }
            return mayEnd
        }
    }

    private func end(passing: Bool, if mayEnd: () -> Bool) -> Bool {
        let hasEnded = `guard`.withLock(repair: repair) { () -> Bool in
            guard mayEnd() else { return false }
            let bit = Self.bit(generation)
            resets.value = passing ? resets.value & ~bit : resets.value | bit
            set(generation, .ending)
            finishEnding()
            return true
        }
        if hasEnded { changes.wake(.max) }
        return hasEnded
    }

    private func finishEnding() {
        for member in table.members { table.first(member.seat).value = 0 }
        set(generation &+ 1, .filling)
    }

    /// How a generation ended; nil while it has not.
    package func outcome(of generation: UInt32) -> Outcome? {
        `guard`.withLock(repair: repair) { knownOutcome(of: generation) }
    }

    /// Whether something has happened to a generation; a mere look.
    package func mayHaveEnded(_ generation: UInt32) -> Bool {
        self.generation != generation || phase == .broken
    }

    private func knownOutcome(of generation: UInt32) -> Outcome? {
        if self.generation == generation { return phase == .broken ? .broken : nil }
        return resets.value & Self.bit(generation) == 0 ? .passed : .broken
    }

    /// This process takes no part any more.
    package func leave(as me: ProcessStamp) {
        `guard`.withLock(repair: repair) {
            guard let member = table.members.first(where: { $0.process == me }), member.first == 0 else {
                return
            }
            table.leave(member.seat)
        }
    }

    /// Breaks the barrier if a party was killed.
    package func settle() {
        let ended = table.members.filter { $0.process.life == .ended }
        guard !ended.isEmpty else { return }
        `guard`.withLock(repair: repair) {
            let gone = table.members.filter { member in ended.contains { $0.process == member.process } }
            guard !gone.isEmpty else { return }
            set(generation, .broken)
            for member in gone { table.leave(member.seat) }
        }
        changes.wake(.max)
    }

    /// Goes on where a process was killed, inside the guard.
    private func repair() {
        if phase == .ending { finishEnding() }
    }
}
