/// Who waits for something to be said: the waiters of a managed event and of a managed condition.
struct SignalMachine: WaitingMachine {
    var woken: [Wake<Bool>] = []
    /// Whether whoever comes goes on at once.
    private(set) var isSet = false
    private var line = WaitLineMachine<Void>()

    init() {}

    var waitingCount: Int { line.count }

    /// Waits, unless it is set.
    mutating func enter(_ ticket: UInt64) -> Bool? {
        if isSet { return true }
        line.append((), id: ticket)
        return nil
    }

    /// Lets everyone go on, and whoever comes later.
    mutating func set() {
        isSet = true
        notify(.max)
    }

    mutating func clear() {
        isSet = false
    }

    /// Lets so many go on, in order.
    mutating func notify(_ count: Int) {
        var left = count
        while left > 0, let (ticket, _) = line.first() {
            _ = line.remove(ticket)
            woken.append(Wake(ticket: ticket, outcome: true))
            left -= 1
        }
    }

    mutating func leave(_ ticket: UInt64) {
        _ = line.remove(ticket)
    }

    mutating func end(_ client: ManagerSystem.Client) {}
}
