/// The values of a managed queue, who waits to put some in or to take some out, and who has what in hand.
struct QueueMachine<Element: Sendable>: WaitingMachine {
    /// What a wait comes to.
    enum Outcome: Sendable {
        case put
        case value(Element)
        /// Nobody puts any more, and nothing is left.
        case finished
        case shutDown
        /// All values are done; so many of them because whoever had them is gone.
        case done(lost: Int)
    }

    private enum End {
        case finished
        case shutDown
    }

    let capacity: Int?
    /// Whether values count until they are done.
    let isCounted: Bool
    var woken: [Wake<Outcome>] = []
    private var items = FIFO<Element>()
    private var getters = WaitLineMachine<ManagerSystem.Client>()
    private var putters = WaitLineMachine<Element>()
    private var joiners = WaitLineMachine<Void>()
    private var end: End?
    private var inHand: [ManagerSystem.Client: Int] = [:]
    private var lost = 0
    /// Values that were put and are not done.
    private(set) var unfinished = 0

    init(capacity: Int?, isCounted: Bool = false) {
        self.capacity = capacity
        self.isCounted = isCounted
    }

    var count: Int { items.count }
    var isFull: Bool { capacity.map { items.count >= $0 } ?? false }

    // MARK: Calls

    /// Puts a value in; nil when it has to wait for space.
    mutating func put(_ element: Element, ticket: UInt64) -> Outcome? {
        switch end {
        case .finished: return .finished
        case .shutDown: return .shutDown
        case nil: break
        }
        guard !isFull, putters.count == 0 else {
            putters.append(element, id: ticket)
            return nil
        }
        accept(element)
        return .put
    }

    /// Takes a value out; nil when there is none.
    mutating func get(as client: ManagerSystem.Client, ticket: UInt64) -> Outcome? {
        if let element = items.popFirst() {
            hand(to: client)
            refill()
            return .value(element)
        }
        switch end {
        case .finished: return .finished
        case .shutDown: return .shutDown
        case nil:
            getters.append(client, id: ticket)
            return nil
        }
    }

    /// A value is done: one that the client has in hand, else one that somebody else has.
    ///
    /// - Returns: false when nobody has any.
    mutating func taskDone(by client: ManagerSystem.Client) -> Bool {
        guard let owner = inHand[client] != nil ? client : inHand.keys.first else { return false }
        let left = inHand[owner, default: 1] - 1
        inHand[owner] = left > 0 ? left : nil
        settle(1)
        return true
    }

    /// Waits until all values are done; nil when some are not.
    mutating func join(ticket: UInt64) -> Outcome? {
        guard unfinished > 0 else { return .done(lost: lost.taken()) }
        joiners.append((), id: ticket)
        return nil
    }

    /// Nobody puts any more; what is in the queue can be taken.
    mutating func finish() {
        if end == nil { end = .finished }
        release(getters.removeAllTickets(), .finished)
        release(putters.removeAllTickets(), .finished)
    }

    /// Ends the queue with an error for all.
    mutating func shutDown(emptying: Bool) {
        end = .shutDown
        release(putters.removeAllTickets(), .shutDown)
        if emptying {
            let discarded = items.removeAll()
            if isCounted { settle(discarded.count) }
        }
        if items.isEmpty { release(getters.removeAllTickets(), .shutDown) }
    }

    mutating func leave(_ ticket: UInt64) {
        if getters.remove(ticket) == nil, putters.remove(ticket) == nil { _ = joiners.remove(ticket) }
    }

    mutating func end(_ client: ManagerSystem.Client) {
        guard let count = inHand.removeValue(forKey: client) else { return }
        lost += count
        settle(count)
    }

    // MARK: Steps

    /// A value comes in, and goes on to whoever waits for one.
    private mutating func accept(_ element: Element) {
        if isCounted { unfinished += 1 }
        guard let (ticket, client) = getters.first() else { return items.append(element) }
        _ = getters.remove(ticket)
        hand(to: client)
        woken.append(Wake(ticket: ticket, outcome: .value(element)))
    }

    /// There is space for values that wait.
    private mutating func refill() {
        while !isFull, let (ticket, element) = putters.first() {
            _ = putters.remove(ticket)
            accept(element)
            woken.append(Wake(ticket: ticket, outcome: .put))
        }
    }

    private mutating func hand(to client: ManagerSystem.Client) {
        if isCounted { inHand[client, default: 0] += 1 }
    }

    private mutating func settle(_ count: Int) {
        unfinished -= count
        guard unfinished == 0, joiners.count > 0 else { return }
        // One of them is told what was lost.
        for ticket in joiners.removeAllTickets() {
            woken.append(Wake(ticket: ticket, outcome: .done(lost: lost.taken())))
        }
    }

    private mutating func release(_ tickets: [UInt64], _ outcome: Outcome) {
        for ticket in tickets { woken.append(Wake(ticket: ticket, outcome: outcome)) }
    }
}

extension Int {
    /// The number, which is zero from now on.
    fileprivate mutating func taken() -> Int {
        defer { self = 0 }
        return self
    }
}

extension WaitLineMachine {
    /// Takes everyone out, in order, and says who they were.
    fileprivate mutating func removeAllTickets() -> [UInt64] {
        var tickets: [UInt64] = []
        while let (ticket, _) = first() {
            _ = remove(ticket)
            tickets.append(ticket)
        }
        return tickets
    }
}
