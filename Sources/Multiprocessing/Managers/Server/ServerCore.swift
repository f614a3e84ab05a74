import Distributed
import MultiprocessingCore
import Synchronization

/// The storage of a manager: its objects, who holds them, and who is connected.
final class ServerCore: Sendable {
    /// An object that lives here.
    private struct Entry {
        weak var weakObject: (any DistributedActor)?
        /// The object, while somebody outside holds it.
        var object: (any DistributedActor)?
        let type: ExportedType
    }

    private struct State {
        var lastNumber: UInt64 = 0
        var entries: [UInt64: Entry] = [:]
        var references = ReferenceTable()
        var lastToken = ReferenceTable.Departure.firstToken
        var types: [ObjectIdentifier: ExportedType] = [:]
        var sessions: [UInt64: ClientSession] = [:]
        var isEnded = false
    }

    /// The manager that runs a closure which makes an object.
    @TaskLocal static var current: ServerCore?

    let id: ManagerID
    let address: ListenerAddress?
    let loop: ServerLoop
    /// Closed when somebody has asked the manager to end.
    let endRequest = Latch<Void>()
    /// Closed when the initializer is over.
    let ready = Latch<Result<Void, any Error>>()
    private let state = Mutex(State())

    init(id: ManagerID = .random(), address: ListenerAddress? = nil) throws(SystemError) {
        self.id = id
        self.address = address
        loop = try ServerLoop()
        ManagerDirectory.add(self, as: id)
    }

    // MARK: Objects

    func makeID() -> ManagerSystem.ActorID {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return ManagerSystem.ActorID(manager: id, number: number, address: address)
    }

    func add(_ object: any DistributedActor, number: UInt64) {
        let type = type(of: object)
        state.withLock { state in
            let key = ObjectIdentifier(type)
            let exported = state.types[key] ?? ExportedType(type)
            state.types[key] = exported
            state.entries[number] = Entry(weakObject: object, object: nil, type: exported)
        }
    }

    /// The object ends.
    func forget(_ number: UInt64) {
        let entry = state.withLock { $0.entries.removeValue(forKey: number) }
        withExtendedLifetime(entry) {}
    }

    /// The object, if it has not ended.
    func object(_ number: UInt64) -> (any DistributedActor)? {
        state.withLock { $0.entries[number]?.weakObject }
    }

    /// The object and what may be called of it.
    func exported(_ number: UInt64) -> (object: any DistributedActor, type: ExportedType)? {
        state.withLock { state in
            guard let entry = state.entries[number], let object = entry.weakObject else { return nil }
            return (object, entry.type)
        }
    }

    /// How many objects somebody outside holds.
    var objectCount: Int { state.withLock { $0.references.count } }

    // MARK: Who holds what

    /// Changes who holds what, and lets go of objects that nobody holds then.
    private func update<Result: Sendable>(
        _ body: (inout ReferenceTable, inout [UInt64]) -> Result, keeping kept: UInt64? = nil
    ) -> Result {
        let (result, released) = state.withLock { state -> (Result, [any DistributedActor]) in
            var free: [UInt64] = []
            let result = body(&state.references, &free)
            if let kept, state.references.isHeld(kept) {
                let object = state.entries[kept]?.weakObject
                state.entries[kept]?.object = object
            }
            var released: [any DistributedActor] = []
            for number in free {
                if let object = state.entries[number]?.object.take() { released.append(object) }
            }
            return (result, released)
        }
        // Outside the lock, because an object that ends says so.
        withExtendedLifetime(released) {}
        return result
    }

    func grant(_ number: UInt64, to client: UInt64) {
        update({ references, _ in references.grant(number, to: client) }, keeping: number)
    }

    func release(_ number: UInt64, by client: UInt64, count: UInt64) {
        update { references, free in
            if references.release(number, by: client, count: count) { free.append(number) }
        }
    }

    /// A client has got an object from elsewhere.
    func claim(_ number: UInt64, by client: UInt64, _ departure: ReferenceTable.Departure) {
        guard object(number) != nil else { return }
        update(
            { references, free in
                references.grant(number, to: client)
                if let arrived = references.arrive(number, departure) { free.append(arrived) }
            }, keeping: number)
    }

    func depart(_ number: UInt64, _ departure: ReferenceTable.Departure) {
        guard object(number) != nil else { return }
        update({ references, _ in references.depart(number, departure) }, keeping: number)
    }

    /// An object of this manager's goes into a message of this process's.
    func depart(_ number: UInt64) -> ReferenceTable.Departure {
        let token = state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
        let departure = ReferenceTable.Departure(sender: 0, token: token)
        depart(number, departure)
        return departure
    }

    /// An object of this manager's has come back in a message.
    func arrived(_ number: UInt64, _ departure: ReferenceTable.Departure) -> ProxyHold? {
        guard let object = object(number) else { return nil }
        update { references, free in
            if let arrived = references.arrive(number, departure) { free.append(arrived) }
        }
        return ProxyHold(object)
    }

    // MARK: Names

    func register(_ number: UInt64, as name: String) throws {
        guard object(number) != nil else { throw MultiprocessingError.objectGone(number) }
        guard update({ references, _ in references.name(number, name) }, keeping: number) else {
            throw MultiprocessingError(.alreadyExists, "the manager has an object named \"\(name)\" already")
        }
    }

    /// Takes a name away; false when there is none.
    func unregister(_ name: String) -> Bool {
        update { references, free in
            guard let (object, isFree) = references.removeName(name) else { return false }
            if isFree { free.append(object) }
            return true
        }
    }

    func object(named name: String) -> UInt64? { state.withLock { $0.references.object(named: name) } }

    var names: [String] { state.withLock { $0.references.allNames } }

    // MARK: Clients

    /// A client has connected.
    @discardableResult
    func accept(_ link: ManagerLink) throws -> ClientSession? {
        let session = ClientSession(link, of: self)
        let isEnded = state.withLock { state in
            if !state.isEnded { state.sessions[session.number] = session }
            return state.isEnded
        }
        guard !isEnded else {
            link.close()
            return nil
        }
        try session.begin()
        return session
    }

    /// Whether no client that is connected has this number.
    func admits(_ client: UInt64) -> Bool {
        let sessions = state.withLock { Array($0.sessions.values) }
        return !sessions.contains { $0.client == client }
    }

    /// A client that is connected.
    func session(_ number: UInt64) -> ClientSession? { state.withLock { $0.sessions[number] } }

    /// A client is gone.
    func left(_ session: ClientSession) {
        _ = state.withLock { $0.sessions.removeValue(forKey: session.number) }
        update { references, free in free = references.leave(session.client) }
    }

    /// Ends all connections and lets go of all objects.
    func end() {
        let (sessions, entries) = state.withLock { state in
            state.isEnded = true
            defer {
                state.entries = [:]
                state.references = ReferenceTable()
            }
            return (Array(state.sessions.values), state.entries)
        }
        for session in sessions { session.end() }
        withExtendedLifetime(entries) {}
        ManagerDirectory.removeServer(id)
        loop.end()
    }
}
