/// How many chunks may be open in a pool, and who waits until there is room for one more.
///
/// Pure. Places that were given to a waiter are reserved until it has used them or given them back.
struct AdmissionGate<Waiter> {
    /// Open chunks at most; nil for any number.
    var limit: Int?
    private(set) var reserved = 0
    private var waiters = FIFO<Waiter>()

    init(limit: Int?) {
        self.limit = limit
    }

    var hasWaiters: Bool { !waiters.isEmpty }

    /// Whether so many chunks may be added, for some of which places were reserved.
    func admits(_ count: Int, reserved own: Int, open: Int) -> Bool {
        guard let limit else { return true }
        return open + reserved - own + count <= limit
    }

    /// Reserves up to so many places; a waiter that gets none is told later.
    mutating func reserve(upTo count: Int, open: Int, for waiter: @autoclosure () -> Waiter) -> Int {
        guard let limit else { return count }
        let free = max(0, min(count, limit - open - reserved))
        // Who came first is served first.
        guard free > 0, waiters.isEmpty else {
            waiters.append(waiter())
            return 0
        }
        reserved += free
        return free
    }

    /// Places were used by submitting, or are not needed any more.
    mutating func release(_ count: Int) {
        reserved -= count
    }

    /// Those who get a place now, which is reserved for them.
    mutating func grant(open: Int) -> [Waiter] {
        guard let limit else { return [] }
        var granted: [Waiter] = []
        while open + reserved < limit, let waiter = waiters.popFirst() {
            reserved += 1
            granted.append(waiter)
        }
        return granted
    }

    /// The pool takes no more work: everyone is told, to find that out.
    mutating func grantAll() -> [Waiter] {
        let all = waiters.removeAll()
        reserved += all.count
        return all
    }
}
