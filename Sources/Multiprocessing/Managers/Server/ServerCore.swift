import Distributed
import MultiprocessingCore
import Synchronization

/// The storage of a manager: its objects, who holds them, and who is connected.
final class ServerCore: Sendable {
    /// An object, while it lives.
    final class WeakObject: Sendable {
        weak let object: (any DistributedActor)?

        init(_ object: any DistributedActor) {
            self.object = object
        }
    }

    /// An object that lives here; a class has the weak reference, because copying one is dear.
    struct Entry {
        let weak: WeakObject
        var weakObject: (any DistributedActor)? { weak.object }
        /// The object, while somebody outside holds it.
        var object: (any DistributedActor)?
        let type: ExportedType
    }

    struct State {
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
    let state = Mutex(State())

    /// - Parameters:
    ///   - id: which manager it is.
    ///   - address: where it listens.
    ///   - ownsProcess: whether the process is there for the manager only.
    /// - Throws: when there is no room for its thread.
    init(
        id: ManagerID = .random(), address: ListenerAddress? = nil, ownsProcess: Bool = false
    ) throws(SystemError) {
        self.id = id
        self.address = address
        loop = try ServerLoop(runsTasks: ownsProcess)
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
            state.entries[number] = Entry(weak: WeakObject(object), object: nil, type: exported)
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
            // The strong one is cheaper to get.
            guard let entry = state.entries[number], let object = entry.object ?? entry.weakObject else {
                return nil
            }
            return (object, entry.type)
        }
    }

    /// How many objects somebody outside holds.
    var objectCount: Int { state.withLock { $0.references.count } }

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
