/// Who holds which object of a manager: clients, names, and messages that are on their way.
///
/// Pure: it knows neither objects nor connections. An object that nobody holds is free; whoever owns the table lets
/// go of it then.
struct ReferenceTable {
    /// An object on its way: which client has sent it, and which of its messages it was.
    struct Departure: Hashable, Sendable {
        var sender: UInt64 = 0
        var token: UInt64

        /// Its receiver was given it by the manager itself.
        static let granted = Departure(token: 0)
        /// It was written where nobody follows it.
        static let untracked = Departure(token: 1)
        static let firstToken: UInt64 = 2
    }

    /// What a client has sent.
    private struct Departures {
        /// What nobody has claimed.
        var open: [UInt64: UInt64] = [:]
        /// The last token that came; they come in order.
        var last: UInt64 = 0
        /// Tokens that were claimed before their sender's word of them came.
        var early: Set<UInt64> = []
    }

    private struct Holders {
        /// How often each client was given the object.
        var clients: [UInt64: UInt64] = [:]
        var names = 0
        var departures: Set<Departure> = []

        var isEmpty: Bool { clients.isEmpty && names == 0 && departures.isEmpty }
    }

    private var holders: [UInt64: Holders] = [:]
    private var held: [UInt64: Set<UInt64>] = [:]
    private var names: [String: UInt64] = [:]
    private var departures: [UInt64: Departures] = [:]

    init() {}

    /// Whether somebody holds the object.
    func isHeld(_ object: UInt64) -> Bool { holders[object] != nil }

    /// How many objects are held.
    var count: Int { holders.count }

    // MARK: Clients

    /// A client is given the object, once more.
    mutating func grant(_ object: UInt64, to client: UInt64) {
        holders[object, default: Holders()].clients[client, default: 0] += 1
        held[client, default: []].insert(object)
    }

    /// A client gives back what it was given, so many times; returns whether the object is free now.
    mutating func release(_ object: UInt64, by client: UInt64, count: UInt64) -> Bool {
        guard let given = holders[object]?.clients[client] else { return false }
        if given > count {
            holders[object]?.clients[client] = given - count
            return false
        }
        holders[object]?.clients[client] = nil
        held[client]?.remove(object)
        return settle(object)
    }

    /// A client is gone, with all that it held and had sent; returns the objects that are free now.
    mutating func leave(_ client: UInt64) -> [UInt64] {
        var free: [UInt64] = []
        for object in held.removeValue(forKey: client) ?? [] {
            holders[object]?.clients[client] = nil
            if settle(object) { free.append(object) }
        }
        for (token, object) in departures.removeValue(forKey: client)?.open ?? [:] {
            holders[object]?.departures.remove(Departure(sender: client, token: token))
            if settle(object) { free.append(object) }
        }
        return free
    }

    // MARK: Messages

    /// A client has put the object into a message.
    mutating func depart(_ object: UInt64, _ departure: Departure) {
        departures[departure.sender, default: Departures()].last = departure.token
        // Whoever received it may have been faster.
        if departures[departure.sender]?.early.remove(departure.token) != nil { return }
        departures[departure.sender]?.open[departure.token] = object
        holders[object, default: Holders()].departures.insert(departure)
    }

    /// Somebody has received what was sent; returns the object if it is free now.
    mutating func arrive(_ object: UInt64, _ departure: Departure) -> UInt64? {
        guard departure.token >= Departure.firstToken else { return nil }
        // Which object it was, its sender has said: the receiver is not asked.
        if let sent = departures[departure.sender]?.open.removeValue(forKey: departure.token) {
            holders[sent]?.departures.remove(departure)
            return settle(sent) ? sent : nil
        }
        // One message may be received several times; only what is still to come is remembered.
        if departure.token > departures[departure.sender]?.last ?? 0, isHeld(object) {
            departures[departure.sender, default: Departures()].early.insert(departure.token)
        }
        return nil
    }

    // MARK: Names

    /// Gives the object a name; false when another has it.
    mutating func name(_ object: UInt64, _ name: String) -> Bool {
        guard names[name] == nil else { return false }
        names[name] = object
        holders[object, default: Holders()].names += 1
        return true
    }

    /// Takes a name away; returns the object, and whether it is free now.
    mutating func removeName(_ name: String) -> (object: UInt64, isFree: Bool)? {
        guard let object = names.removeValue(forKey: name) else { return nil }
        holders[object]?.names -= 1
        return (object, settle(object))
    }

    func object(named name: String) -> UInt64? { names[name] }

    var allNames: [String] { names.keys.sorted() }

    private mutating func settle(_ object: UInt64) -> Bool {
        guard holders[object]?.isEmpty == true else { return false }
        holders[object] = nil
        return true
    }
}
