/// The decisions of a listener: who may come in, who has to go, and who gets which connection.
///
/// Pure: it knows no sockets, no clocks and no locks. Moments are nanoseconds of one clock.
struct ListenerMachine<Peer, Ready, Waiter> {
    /// Whether one more connection may be taken from the system.
    enum Room: Equatable {
        case free
        /// All seats are taken by peers that just came, and who are to get a chance.
        case notBefore(UInt64)
        /// Nobody fetches the connections that are ready, or it is closed.
        case none
    }

    /// What comes of a wish for a connection.
    enum Answer {
        case ready(Ready)
        case closed
        /// The waiter is in the queue.
        case wait
    }

    /// How many may be in the middle of a handshake.
    static var seats: Int { 64 }
    /// How long a peer keeps its seat when others wait for one.
    static var patience: UInt64 { 200_000_000 }

    private let readyLimit: Int
    private let handshakeTime: UInt64
    private var peers: [UInt64: (peer: Peer, since: UInt64)] = [:]
    /// Those who are gone are still in the order.
    private var arrivals = FIFO<UInt64>()
    private var exchange = ListenerExchange<Ready, Waiter>()
    private var lastID: UInt64 = 0
    private(set) var isClosed = false
    private(set) var counts = ListenerCounts()

    init(readyLimit: Int, handshakeTime: UInt64) {
        self.readyLimit = readyLimit
        self.handshakeTime = handshakeTime
    }

    var halfOpenCount: Int { peers.count }

    /// A number for a peer or a waiter that is about to come.
    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    // MARK: Peers

    func room(at now: UInt64) -> Room {
        guard !isClosed, exchange.readyCount < readyLimit else { return .none }
        guard peers.count >= Self.seats, let oldest else { return .free }
        return now >= oldest + Self.patience ? .free : .notBefore(oldest + Self.patience)
    }

    /// Since when the oldest peer is here.
    private var oldest: UInt64? { peers.values.lazy.map(\.since).min() }

    /// Gives a peer a seat.
    ///
    /// - Returns: the oldest one, which has to leave for it, if there was no other.
    mutating func add(_ peer: Peer, id: UInt64, at now: UInt64) -> Peer? {
        let dropped = peers.count >= Self.seats ? removeOldest() : nil
        if dropped != nil { counts.dropped += 1 }
        peers[id] = (peer, now)
        arrivals.append(id)
        return dropped
    }

    private mutating func removeOldest() -> Peer? {
        while let id = arrivals.popFirst() {
            if let entry = peers.removeValue(forKey: id) { return entry.peer }
        }
        return nil
    }

    /// Takes a peer out whose handshake is over; nil when it had to leave before.
    mutating func finish(id: UInt64, refused: Bool) -> Peer? {
        guard let entry = peers.removeValue(forKey: id) else { return nil }
        if refused { counts.refused += 1 }
        while let first = arrivals.first, peers[first] == nil { _ = arrivals.popFirst() }
        return entry.peer
    }

    /// Somebody came who did not even get a seat.
    mutating func refuse() { counts.refused += 1 }

    /// Takes those out whose time is over.
    mutating func expire(at now: UInt64) -> [Peer] {
        var expired: [Peer] = []
        while let id = arrivals.first {
            guard let entry = peers[id] else {
                _ = arrivals.popFirst()
                continue
            }
            guard entry.since + handshakeTime <= now else { break }
            _ = arrivals.popFirst()
            peers[id] = nil
            expired.append(entry.peer)
        }
        counts.dropped += expired.count
        return expired
    }

    /// When the next one's time will be over.
    var nextExpiry: UInt64? { oldest.map { $0 + handshakeTime } }

    // MARK: Connections

    /// A connection is ready.
    ///
    /// - Returns: who gets it; without a waiter it waits itself, and after the end nobody gets it.
    mutating func deliver(_ connection: Ready) -> Waiter? {
        guard !isClosed else { return nil }
        counts.accepted += 1
        if let waiter = exchange.removeWaiter() { return waiter }
        exchange.keep(connection)
        return nil
    }

    /// Takes out who has waited longest.
    mutating func removeWaiter() -> Waiter? { exchange.removeWaiter() }

    /// Takes a connection if one is ready.
    mutating func take() -> Answer {
        if let connection = exchange.take() { return .ready(connection) }
        return isClosed ? .closed : .wait
    }

    /// Takes a connection, or a place in the queue.
    mutating func enter(_ waiter: Waiter, id: UInt64) -> Answer {
        let answer = take()
        if case .wait = answer { exchange.append(waiter, id: id) }
        return answer
    }

    /// Takes a waiter out that gave up; nil when it has been served.
    mutating func remove(id: UInt64) -> Waiter? { exchange.remove(id: id) }

    /// Nobody gets in or out any more.
    mutating func close() -> (peers: [Peer], ready: [Ready], waiters: [Waiter]) {
        isClosed = true
        defer { peers = [:] }
        let (ready, waiters) = exchange.removeAll()
        return (peers.values.map(\.peer), ready, waiters)
    }
}

/// What has become of those who came.
struct ListenerCounts: Hashable, Sendable {
    var accepted = 0
    var refused = 0
    var dropped = 0
}
