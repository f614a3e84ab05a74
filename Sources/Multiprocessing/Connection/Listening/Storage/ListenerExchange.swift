/// Connections that wait for somebody, or those who wait for connections: one of the two is empty.
///
/// Pure, as the machine that it is a part of.
struct ListenerExchange<Ready, Waiter> {
    private var ready = FIFO<Ready>()
    /// Those who gave up are still in the order.
    private var order = FIFO<UInt64>()
    private var waiters: [UInt64: Waiter] = [:]

    var readyCount: Int { ready.count }

    mutating func keep(_ connection: Ready) { ready.append(connection) }

    mutating func take() -> Ready? { ready.popFirst() }

    mutating func append(_ waiter: Waiter, id: UInt64) {
        order.append(id)
        waiters[id] = waiter
    }

    /// Takes out who has waited longest.
    mutating func removeWaiter() -> Waiter? {
        while let id = order.popFirst() {
            if let waiter = waiters.removeValue(forKey: id) { return waiter }
        }
        return nil
    }

    /// Takes a waiter out that gave up; nil when it has been served.
    mutating func remove(id: UInt64) -> Waiter? { waiters.removeValue(forKey: id) }

    mutating func removeAll() -> (ready: [Ready], waiters: [Waiter]) {
        defer { waiters = [:] }
        return (ready.removeAll(), Array(waiters.values))
    }
}
