import Distributed
import MultiprocessingCore
import Synchronization

/// A manager's side of one client: reads its frames, and answers.
final class ClientSession: Sendable {
    private struct Running {
        /// Nil until the call that has begun is known as a task.
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private struct State {
        /// The names of methods, by the client's numbers for them.
        var targets: [String] = []
        var running: [UInt64: Running] = [:]
        var client: ManagerSystem.Client?
        var endHandlers: [UInt64: @Sendable () async -> Void] = [:]
        var lastHandler: UInt64 = 0
        var watch: Poller.Watch?
        var isEnded = false
    }

    private static let lastNumber = Atomic<UInt64>(0)

    /// Tells it from other sessions of this process.
    let number = ClientSession.lastNumber.add(1, ordering: .relaxed).newValue
    let link: ManagerLink
    let core: ServerCore
    private let state = Mutex(State())

    var manager: ManagerID { core.id }

    init(_ link: ManagerLink, of core: ServerCore) {
        self.link = link
        self.core = core
    }

    // MARK: Life

    /// Begins to read.
    func begin() throws(SystemError) {
        let watch = try core.loop.watch(self)
        state.withLock { $0.watch = watch }
        core.loop.poke(self)
    }

    /// The client is gone, or the manager ends.
    func end() {
        let ended = state.withLock { state -> State? in
            guard !state.isEnded else { return nil }
            defer {
                state.isEnded = true
                state.running = [:]
                state.endHandlers = [:]
                state.watch = nil
            }
            return state
        }
        guard let ended else { return }
        if let watch = ended.watch { core.loop.unwatch(watch) }
        link.close()
        for running in ended.running.values { running.task?.cancel() }
        core.left(self)
        for handler in ended.endHandlers.values { Task.detached { await handler() } }
    }

    /// By what references of the client are counted.
    var client: UInt64 { state.withLock { $0.client?.id ?? 0 } }

    var clientInformation: ManagerSystem.Client? { state.withLock { $0.client } }

    /// Calls the handler when the client is gone; nil when it is.
    func onEnd(_ handler: @escaping @Sendable () async -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.isEnded else { return nil }
            state.lastHandler += 1
            state.endHandlers[state.lastHandler] = handler
            return state.lastHandler
        }
    }

    func disregard(_ handler: UInt64) {
        _ = state.withLock { $0.endHandlers.removeValue(forKey: handler) }
    }

    func grant(_ number: UInt64) { core.grant(number, to: client) }

    func revoke(_ number: UInt64) { core.release(number, by: client, count: 1) }

    // MARK: Reading, on the loop's thread

    /// Reads what has come, and asks to be called for more.
    func serve() {
        _ = look()
        guard let watch = state.withLock({ $0.watch }), let end = link.end else { return }
        // A client that does not read its answers is not read either.
        guard !link.isFull(then: { [weak self] in self.map { $0.core.loop.poke($0) } }) else { return }
        core.loop.served(self)
        let point = end.receiver.withLock { $0.waitPoint }
        do {
            if point.interest === end.interest {
                try core.loop.arm(watch)
            } else {
                // The rest of a long message comes on a channel of its own.
                _ = try point.interest.await(.reading) { [weak self] in
                    if let self { core.loop.poke(self) }
                }
            }
        } catch {
            self.end()
        }
    }

    /// Reads what has come; returns whether there was something.
    func look() -> Bool {
        guard !link.isFull else { return false }
        var found = false
        do {
            // Others get their turn after so many messages.
            for _ in 0..<16 {
                guard let message = try link.receive() else { break }
                found = true
                for place in try FramePlace.all(in: message.bytes) {
                    try take(place.kind, FrameSlice(message: message, range: place.body))
                }
            }
            if found {
                core.loop.runJobs()
                link.flush()
            }
        } catch {
            // Its end, or bytes that no client sends: either way nothing more can come.
            if !(error is TransportFailure) {
                ProcessLogger.warning("a manager has dropped a client that sent what is no call: \(error)")
            }
            end()
        }
        return found
    }

    private func take(_ kind: ManagerFrame, _ frame: FrameSlice) throws {
        var frame = frame
        guard kind == .introduce || clientInformation != nil else {
            throw WireError.malformed("a frame of a client that did not introduce itself")
        }
        switch kind {
        case .introduce:
            let (id, meant, processID) = try frame.read { reader in
                let id = try reader.bytes.read(UInt64.self)
                let meant = ManagerID(high: try reader.bytes.read(), low: try reader.bytes.read())
                return (id, meant, try reader.bytes.read(Int32.self))
            }
            // A successor at the same address is another manager, whose objects have the same numbers.
            guard meant == manager || meant == .none else {
                throw WireError.malformed("a client of another manager")
            }
            let client = ManagerSystem.Client(id: id, processID: processID, session: number)
            guard clientInformation == nil, client.id != 0, core.admits(client.id) else {
                throw WireError.malformed("a client that introduces itself twice")
            }
            state.withLock { $0.client = client }
        case .target:
            let (number, name) = try frame.read {
                (try $0.bytes.read(UInt32.self), try $0.bytes.readString())
            }
            try state.withLock { state in
                guard Int(number) == state.targets.count, number < 1 << 16 else {
                    throw WireError.malformed("a method's number \(number)")
                }
                state.targets.append(name)
            }
        case .call: try takeCall(frame)
        case .create: try takeCreation(frame)
        case .request: try takeRequest(frame)
        case .cancel:
            cancel(try frame.read { try $0.bytes.read(UInt64.self) })
        case .release:
            let (object, count) = try frame.read {
                (try $0.bytes.read(UInt64.self), try $0.bytes.read(UInt64.self))
            }
            core.release(object, by: client, count: count)
        case .claim:
            let (object, sender, token) = try frame.read { reader in
                (
                    try reader.bytes.read(UInt64.self), try reader.bytes.read(UInt64.self),
                    try reader.bytes.read(UInt64.self)
                )
            }
            core.claim(object, by: client, ReferenceTable.Departure(sender: sender, token: token))
        case .lend:
            let (object, token) = try frame.read {
                (try $0.bytes.read(UInt64.self), try $0.bytes.read(UInt64.self))
            }
            core.depart(object, ReferenceTable.Departure(sender: client, token: token))
        case .value, .nothing, .failure:
            throw WireError.malformed("an answer of a client")
        }
    }

    func target(_ number: UInt32) throws -> String {
        try state.withLock { state in
            guard Int(number) < state.targets.count else {
                throw WireError.malformed("a method without a name, \(number)")
            }
            return state.targets[Int(number)]
        }
    }

    // MARK: Running calls

    /// Runs a call; it is cancelled with the client, or when that says so.
    func run(_ id: UInt64, isShort: Bool, _ body: @escaping @Sendable () async -> Void) {
        let isNew = state.withLock { state in
            guard !state.isEnded, state.running[id] == nil else { return false }
            state.running[id] = Running()
            return true
        }
        guard isNew else { return }
        let client = clientInformation
        let work: @Sendable @concurrent () async -> Void = { [self] in
            await ManagerSystem.$currentClient.withValue(client) { await body() }
            _ = state.withLock { $0.running.removeValue(forKey: id) }
        }
        let task =
            isShort
            ? Task.detached(executorPreference: core.loop, operation: work) : Task.detached(operation: work)
        let isCancelled = state.withLock { state in
            // It may be over already.
            state.running[id]?.task = task
            return state.running[id]?.isCancelled ?? state.isEnded
        }
        if isCancelled { task.cancel() }
    }

    private func cancel(_ id: UInt64) {
        let task = state.withLock { state in
            state.running[id]?.isCancelled = true
            return state.running[id]?.task
        }
        task?.cancel()
    }
}
