/// The decisions about whose turn it is: one at a time, first come, first served, until it all ends.
///
/// Pure: it knows no continuations' inside, no clocks and no locks; whoever owns it resumes what it hands out.
struct TurnMachine<Waiter> {
    /// What comes of a wish for the turn.
    enum Answer {
        case turn
        case ended
        /// The waiter is in the queue.
        case wait
    }

    private var isTaken = false
    private(set) var isEnded = false
    private var order = FIFO<UInt64>()
    /// Those who gave up are still in the order.
    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    /// Takes the turn if it is free.
    mutating func tryTake() -> Answer {
        if isEnded { return .ended }
        if isTaken { return .wait }
        isTaken = true
        return .turn
    }

    /// A number for a waiter that is about to come.
    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Takes the turn, or a place in the queue.
    mutating func enter(_ waiter: Waiter, id: UInt64) -> Answer {
        let answer = tryTake()
        if case .wait = answer {
            order.append(id)
            waiters[id] = waiter
        }
        return answer
    }

    /// Takes a waiter out that gave up; nil when it has been served.
    mutating func remove(id: UInt64) -> Waiter? { waiters.removeValue(forKey: id) }

    /// Gives the turn back; the waiter has it now.
    mutating func give() -> Waiter? {
        while let id = order.popFirst() {
            if let waiter = waiters.removeValue(forKey: id) { return waiter }
        }
        isTaken = false
        return nil
    }

    /// Nobody gets the turn any more; the waiters never will.
    mutating func end() -> [Waiter] {
        isEnded = true
        defer { waiters = [:] }
        return Array(waiters.values)
    }
}
