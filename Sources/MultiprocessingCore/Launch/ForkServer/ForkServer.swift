import Glibc
import Synchronization

/// This program's side of a fork server: asks it for children, and takes its reports of their ends.
final class ForkServer: Sendable {
    /// A child that has not been reported as ended.
    private struct Entry {
        /// Nil until the server has answered.
        var child: LaunchedChild?
        /// Set when the report came before the answer had been read.
        var end: ProcessEnd?
        /// Set when the child is watched by itself, because the server is gone.
        var isOrphan = false
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var lastID: UInt64 = 0
        var isAlive = true
        var watch: Poller.Watch?
    }

    /// Every local socket has room for this much.
    private static let shortPayload = 32 << 10

    private let requests: PacketSocket
    private let reports: PacketSocket
    private let server: LaunchedChild
    private let owner = ThisProcess.id
    /// The environment that the server was started with, and its children have if they are not told another.
    private let environment = Environment.fingerprint
    private let state = Mutex(State())
    /// Held from a request to its answer.
    private let conversation = Mutex(())

    /// Starts a server, and waits until it has run the closure that it was given, if it was.
    ///
    /// - Throws: a `PreloadFailure` when that could not be done.
    init(
        warming roles: [any ChildRole.Type], preload: Preload?, isInspectable: Bool,
        isCancelled: CancellationFlag
    ) throws {
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
    /// - Throws: a broken channel when the server is gone, and whatever kept it from making the child.
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
            return try requests.receive(ForkServerRole.Answer.self)
        }
        withExtendedLifetime((channel, folderOwner, streams)) {}
        guard packet.content.id == id else { throw SystemError(code: EPROTO, call: "fork server") }
        guard packet.content.error == 0, let descriptor = packet.descriptors.first else {
            throw SystemError(code: packet.content.error, call: "fork")
        }
        return (packet.content.pid, ProcessHandle(descriptor))
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

    private func finish(_ id: UInt64, _ end: ProcessEnd) {
        let entry = state.withLock { $0.entries.removeValue(forKey: id) }
        entry?.child?.ended(end)
    }

    // MARK: Reports

    private func takeReports() {
        while true {
            do {
                let report = try reports.receive(ForkServerRole.Report.self, isWaiting: false).content
                let isSettled = state.withLock { state in
                    state.entries[report.id]?.end = report.end
                    return state.entries[report.id]?.child != nil
                }
                if isSettled { finish(report.id, report.end) }
            } catch {
                if error.code != EAGAIN { lostServer() }
                return
            }
        }
    }

    /// Whoever has this server in use gives it up, because it is gone.
    ///
    /// The poller may not have noticed yet, and its watch does not keep this object: what the server still
    /// reported is taken in, and its children's ends are noticed all the same.
    func retire() {
        Poller.shared.schedule(at: .now) { [self] in
            takeReports()
            lostServer()
        }
    }

    /// The server is gone: from now on each of its children is watched by itself.
    private func lostServer() {
        let watch = state.withLock { state in
            state.isAlive = false
            return state.watch.take()
        }
        if let watch { Poller.shared.unwatch(watch) }
        watchOrphans()
    }

    private func watchOrphans() {
        let orphans = state.withLock { state in
            var orphans: [(UInt64, LaunchedChild)] = []
            for (id, entry) in state.entries where entry.end == nil && !entry.isOrphan {
                guard let child = entry.child else { continue }
                state.entries[id]?.isOrphan = true
                orphans.append((id, child))
            }
            return orphans
        }
        for (id, child) in orphans { watchOrphan(id, child) }
    }

    private func watchOrphan(_ id: UInt64, _ child: LaunchedChild) {
        do {
            try OnceWatch.begin(child.process.descriptor.raw) { [self] in
                finishOrphan(id, child, attempt: 0)
                return true
            }
        } catch {
            finish(id, .unknown)
        }
    }

    /// The status is told by the kernel once whoever inherited the child has reaped it, which takes a moment.
    private func finishOrphan(_ id: UInt64, _ child: LaunchedChild, attempt: Int) {
        let status = child.process.statusAfterReaping
        if status == .unknown, attempt < 50 {
            Poller.shared.schedule(at: .after(.milliseconds(2))) { [self] in
                finishOrphan(id, child, attempt: attempt + 1)
            }
        } else {
            finish(id, ProcessEnd(status))
        }
    }
}
