import Glibc
import Synchronization

/// This program's side of a fork server: asks it for children, and takes its reports of their ends.
final class ForkServer: Sendable {
    /// A child that has not been reported as ended.
    struct Entry {
        /// Nil until the server has answered.
        var child: LaunchedChild?
        /// Set when the report came before the answer had been read.
        var end: ProcessEnd?
        /// Set when the child is watched by itself, because the server is gone.
        var isOrphan = false
    }

    struct State {
        var entries: [UInt64: Entry] = [:]
        var lastID: UInt64 = 0
        var isAlive = true
        var watch: Poller.Watch?
    }

    /// How long the server may take to make a child.
    private let patience: Duration
    /// Every local socket has room for this much.
    private static let shortPayload = 32 << 10

    private let requests: PacketSocket
    let reports: PacketSocket
    private let server: LaunchedChild
    private let owner = ThisProcess.id
    /// The environment that the server was started with, and its children have if they are not told another.
    private let environment = Environment.fingerprint
    let state = Mutex(State())
    /// Held from a request to its answer.
    private let conversation = Mutex(())

    /// Starts a server, and waits until it has run the closure that it was given, if it was.
    ///
    /// - Throws: a `PreloadFailure` when that could not be done.
    init(
        warming roles: [any ChildRole.Type], preload: Preload?, isInspectable: Bool,
        isCancelled: CancellationFlag, patience: Duration
    ) throws {
        self.patience = patience
        let (requests, theirRequests) = try SocketPair.make(packets: true)
        let (reports, theirReports) = try SocketPair.make(packets: true)
        self.requests = PacketSocket(requests)
        self.reports = PacketSocket(reports)
        var order = LaunchOrder(
            role: ForkServerRole.self, payload: ForkServerRole.payload(warming: roles, preload: preload),
            descriptors: [theirRequests, theirReports])
        order.settings.isInspectable = isInspectable
        // Its end shows at the reports' end of file, and its zombie is reaped by the launcher.
        server = try SpawnLauncher().launch(order) { _ in }
        if preload != nil { try Preload.awaitEnd(in: server, isCancelled) }
        let watch = try Poller.obtain().watch(reports.raw) { [weak self] in self?.takeReports() }
        state.withLock { $0.watch = watch }
    }

    deinit {
        if let watch = state.withLock({ $0.watch }) { Poller.shared.unwatch(watch) }
    }

    var pid: Int32 { server.pid }

    /// Whether this process started the server, and not one that it is a copy of.
    var isOurs: Bool { owner == ThisProcess.id }

    var isAlive: Bool { server.status == nil && state.withLock { $0.isAlive } }

    /// Asks for a child; blocks until the server has made it.
    ///
    /// - Throws: a broken channel when the server is gone or did not answer in time, which ends it; and whatever kept it
    ///   from making the child.
    func makeChild(_ order: LaunchOrder) throws -> LaunchedChild {
        var order = order
        if order.settings.environment == nil, Environment.fingerprint != environment {
            order.settings.environment = Environment.variables
        }
        let (ours, theirs) = try SocketPair.make()
        let channel = MessageSocket(ours)
        // What fits into the socket waits there for the child, which then need not wait for us.
        let isShort = order.payload.count + order.settings.size <= Self.shortPayload
        if isShort { try order.tell(channel) }
        let id = state.withLock { state in
            state.lastID += 1
            state.entries[state.lastID] = Entry()
            return state.lastID
        }
        do {
            let (pid, process) = try ask(id, theirs, order.streams)
            let child = LaunchedChild(pid: pid, process: process, channel: channel)
            settle(id, child)
            try child.instruct(order, isTold: isShort)
            return child
        } catch {
            state.withLock { state in
                // A child that was refused is still reported as ended, to nobody.
                if state.entries[id]?.child == nil { state.entries[id] = nil }
                if (error as? SystemError)?.isBrokenChannel == true { state.isAlive = false }
            }
            throw error
        }
    }

    private func ask(
        _ id: UInt64, _ channel: SharedDescriptor, _ streams: StandardStreams
    ) throws -> (Int32, ProcessHandle) {
        let folder = unsafe open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError.last("open(.)") }
        let folderOwner = SharedDescriptor(Descriptor(adopting: folder))
        let sources = streams.sources.map(\.source)
        let request = ForkServerRole.Request(
            id: id, hasStream: (sources[0] != nil, sources[1] != nil, sources[2] != nil))
        let packet = try conversation.withLock { _ throws in
            try requests.send(
                request, descriptors: [channel.raw, folderOwner.raw] + sources.compactMap(\.self))
            return try receiveAnswer()
        }
        withExtendedLifetime((channel, folderOwner, streams)) {}
        guard packet.content.id == id else { throw SystemError(code: EPROTO, call: "fork server") }
        guard packet.content.error == 0, let descriptor = packet.descriptors.first else {
            throw SystemError(code: packet.content.error, call: "fork")
        }
        return (packet.content.pid, ProcessHandle(descriptor))
    }

    /// One that is stuck, or was stopped by someone, would keep every start waiting for ever.
    private func receiveAnswer() throws(SystemError) -> PacketSocket.Packet<ForkServerRole.Answer> {
        do {
            return try requests.receive(ForkServerRole.Answer.self, until: .after(patience))
        } catch  where error.code == ETIMEDOUT {
            _ = try? server.send(signal: SIGKILL)
            throw SystemError(code: ECONNRESET, call: "fork server")
        }
    }

    /// The child is there; its end may have been reported already.
    private func settle(_ id: UInt64, _ child: LaunchedChild) {
        let (early, isAlive) = state.withLock { state in
            state.entries[id]?.child = child
            return (state.entries[id]?.end, state.isAlive)
        }
        if let early {
            Poller.shared.schedule(at: .now) { [self] in finish(id, early) }
        } else if !isAlive {
            watchOrphans()
        }
    }

    func finish(_ id: UInt64, _ end: ProcessEnd) {
        let entry = state.withLock { $0.entries.removeValue(forKey: id) }
        entry?.child?.ended(end)
    }
}
