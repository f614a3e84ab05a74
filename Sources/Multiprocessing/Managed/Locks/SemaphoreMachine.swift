/// The permits of a managed semaphore: who has taken them, and who waits for one, in order.
struct SemaphoreMachine: WaitingMachine {
    var woken: [Wake<Bool>] = []
    private(set) var value: Int
    let bound: Int?
    private var taken: [ManagerSystem.Client: Int] = [:]
    private var line = WaitLineMachine<ManagerSystem.Client>()

    init(value: Int, bound: Int?) {
        self.value = value
        self.bound = bound
    }

    /// Takes a permit; nil when the client has to wait.
    mutating func acquire(as client: ManagerSystem.Client, ticket: UInt64) -> Bool? {
        // Whoever waits was there before.
        guard value > 0, line.count == 0 else {
            line.append(client, id: ticket)
            return nil
        }
        give(to: client)
        return true
    }

    /// Gives a permit back: one that the client took, else one that somebody did, else a new one.
    ///
    /// - Returns: false when as many are free as the bound allows.
    mutating func release(by client: ManagerSystem.Client) -> Bool {
        if let bound, value >= bound { return false }
        if let owner = taken[client] != nil ? client : taken.keys.first {
            let left = taken[owner, default: 1] - 1
            taken[owner] = left > 0 ? left : nil
        }
        value += 1
        serve()
        return true
    }

    mutating func leave(_ ticket: UInt64) {
        _ = line.remove(ticket)
    }

    mutating func end(_ client: ManagerSystem.Client) {
        guard let count = taken.removeValue(forKey: client) else { return }
        value += count
        serve()
    }

    private mutating func give(to client: ManagerSystem.Client) {
        value -= 1
        taken[client, default: 0] += 1
    }

    private mutating func serve() {
        while value > 0, let (ticket, client) = line.first() {
            _ = line.remove(ticket)
            give(to: client)
            woken.append(Wake(ticket: ticket, outcome: true))
        }
    }
}
