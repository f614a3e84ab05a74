/// The parties of a managed barrier: who has come in this round, and who comes too early for the next.
struct BarrierMachine: WaitingMachine {
    /// What an arrival comes to.
    enum Arrival: Hashable, Sendable, Codable {
        /// All are there; the party's number in its round.
        case passed(Int)
        /// All are there, and this party acts before they go on.
        case act(round: UInt64, index: Int)
        case broken
    }

    private struct Party {
        let ticket: UInt64
        let client: ManagerSystem.Client
        let hasAction: Bool
    }

    let parties: Int
    var woken: [Wake<Arrival>] = []
    private(set) var isBroken = false
    private var round: UInt64 = 0
    private var waiting: [Party] = []
    /// Who acts at the moment.
    private var actor: Party?
    /// Those who have come while one acts.
    private var early: [Party] = []

    init(parties: Int) {
        self.parties = parties
    }

    var waitingCount: Int { waiting.count }

    /// A party comes; nil when it has to wait.
    mutating func arrive(_ client: ManagerSystem.Client, hasAction: Bool, ticket: UInt64) -> Arrival? {
        if isBroken { return .broken }
        let party = Party(ticket: ticket, client: client, hasAction: hasAction)
        if actor == nil { admit(party) } else { early.append(party) }
        return nil
    }

    /// The action of a round is over, well; false when the barrier broke meanwhile.
    mutating func open(_ round: UInt64) -> Bool {
        guard actor != nil, round == self.round else { return false }
        actor = nil
        pass()
        return true
    }

    /// The action of a round has failed.
    mutating func breakOff(_ round: UInt64) {
        if actor != nil, round == self.round { abort() }
    }

    /// Breaks the barrier for all, until it is reset.
    mutating func abort() {
        isBroken = true
        dismiss()
    }

    /// Makes the barrier whole and empty; those who wait find it broken.
    mutating func reset() {
        isBroken = false
        dismiss()
    }

    mutating func leave(_ ticket: UInt64) {
        early.removeAll { $0.ticket == ticket }
        guard waiting.contains(where: { $0.ticket == ticket }) else { return }
        waiting.removeAll { $0.ticket == ticket }
        abort()
    }

    mutating func end(_ client: ManagerSystem.Client) {
        if actor?.client == client { abort() }
    }

    private mutating func admit(_ party: Party) {
        waiting.append(party)
        guard waiting.count == parties else { return }
        guard party.hasAction else { return pass() }
        // The one that acts does not wait: it has its answer.
        waiting.removeLast()
        actor = party
        woken.append(Wake(ticket: party.ticket, outcome: .act(round: round, index: parties - 1)))
    }

    /// Lets a whole round go on, and begins the next.
    private mutating func pass() {
        for (index, party) in waiting.enumerated() {
            woken.append(Wake(ticket: party.ticket, outcome: .passed(index)))
        }
        waiting = []
        round += 1
        while actor == nil, !early.isEmpty { admit(early.removeFirst()) }
    }

    private mutating func dismiss() {
        for party in waiting + early { woken.append(Wake(ticket: party.ticket, outcome: .broken)) }
        waiting = []
        early = []
        actor = nil
        round += 1
    }
}
