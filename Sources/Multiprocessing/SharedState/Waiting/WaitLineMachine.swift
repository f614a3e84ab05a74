/// Who waits in which order, and what is being watched for them: the bookkeeping of a ``WaitLine``.
struct WaitLineMachine<Waiter> {
    private var order = FIFO<UInt64>()
    private var waiters: [UInt64: Waiter] = [:]
    private var lastWaiter: UInt64 = 0
    private var lastWatch: UInt64 = 0
    /// The value under watch, and the watch's number; nil while none is on.
    private var watched: (value: UInt32, watch: UInt64)?

    var count: Int { waiters.count }

    mutating func makeID() -> UInt64 {
        lastWaiter += 1
        return lastWaiter
    }

    mutating func append(_ waiter: Waiter, id: UInt64) {
        waiters[id] = waiter
        order.append(id)
    }

    /// Whoever has waited longest.
    mutating func first() -> (id: UInt64, waiter: Waiter)? {
        while let id = order.first {
            if let waiter = waiters[id] { return (id, waiter) }
            // It has left.
            _ = order.popFirst()
        }
        return nil
    }

    /// Takes a waiter out; nil when it is not in line any more.
    mutating func remove(_ id: UInt64) -> Waiter? {
        guard let waiter = waiters.removeValue(forKey: id) else { return nil }
        // Those who left stay in the order until they are first, unless they are more than those who wait.
        if order.count > 64, order.count > 2 * waiters.count {
            let left = order.removeAll().filter { waiters[$0] != nil }
            for id in left { order.append(id) }
        }
        return waiter
    }

    /// Takes everyone out, in order.
    mutating func removeAll() -> [Waiter] {
        let left = order.removeAll().compactMap { waiters[$0] }
        waiters = [:]
        return left
    }

    /// The number of the watch to begin for this value; nil when one is on already.
    mutating func beginWatch(of value: UInt32) -> UInt64? {
        if watched?.value == value { return nil }
        lastWatch += 1
        watched = (value, lastWatch)
        return lastWatch
    }

    /// A watch has ended; false when it was given up for a later one before.
    mutating func endWatch(_ watch: UInt64) -> Bool {
        guard watched?.watch == watch else { return false }
        watched = nil
        return true
    }
}

extension WaitLineMachine: Sendable where Waiter: Sendable {}
