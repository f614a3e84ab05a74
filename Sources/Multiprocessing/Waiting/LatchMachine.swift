/// The decisions of a latch: a value that comes once, and waiters that come and go before it.
///
/// Pure: it knows no continuations' inside, no clocks and no locks; whoever owns it resumes what it hands out.
struct LatchMachine<Value, Waiter> {
    private enum State {
        case open(waiters: [UInt64: Waiter])
        case closed(Value)
    }

    private var state: State = .open(waiters: [:])
    private var nextID: UInt64 = 0

    /// The value, once there is one.
    var value: Value? {
        if case .closed(let value) = state { value } else { nil }
    }

    /// A number for a waiter that is about to come.
    mutating func makeID() -> UInt64 {
        nextID += 1
        return nextID
    }

    /// Takes a waiter in; gives the value back when it is there and nobody has to wait.
    mutating func add(_ waiter: Waiter, id: UInt64) -> Value? {
        switch state {
        case .closed(let value):
            return value
        case .open(var waiters):
            waiters[id] = waiter
            state = .open(waiters: waiters)
            return nil
        }
    }

    /// Takes a waiter out that gave up; nil when it has been served.
    mutating func remove(id: UInt64) -> Waiter? {
        guard case .open(var waiters) = state else { return nil }
        let waiter = waiters.removeValue(forKey: id)
        state = .open(waiters: waiters)
        return waiter
    }

    /// Sets the value and hands out everyone who waited; a second value is ignored and gives nil.
    mutating func close(_ value: Value) -> [Waiter]? {
        guard case .open(let waiters) = state else { return nil }
        state = .closed(value)
        return Array(waiters.values)
    }
}
