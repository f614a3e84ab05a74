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
        /// What runs the direct methods of those objects that have some.
        var direct: [UInt64: DirectObject] = [:]
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
        let (entry, direct) = state.withLock { state in
            (state.entries.removeValue(forKey: number), state.direct.removeValue(forKey: number))
        }
        withExtendedLifetime((entry, direct)) {}
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

    /// Ends all connections and lets go of all objects.
    func end() {
        let (sessions, entries, direct) = state.withLock { state in
            state.isEnded = true
            defer {
                state.entries = [:]
                state.direct = [:]
                state.references = ReferenceTable()
            }
            return (Array(state.sessions.values), state.entries, state.direct)
        }
        for session in sessions { session.end() }
        withExtendedLifetime((entries, direct)) {}
        ManagerDirectory.removeServer(id)
        loop.end()
    }
}
