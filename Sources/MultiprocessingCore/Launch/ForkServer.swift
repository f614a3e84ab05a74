import Glibc
import Synchronization

/// This program's side of a fork server: asks it for children, and takes its reports of their ends.
final class ForkServer: Sendable {
    /// A child that has not been reported as ended.
    private struct Entry {
        let onExit: @Sendable (ExitStatus) -> Void
        /// Nil until the server has answered.
        var child: LaunchedChild?
        /// Set when the report came before the answer had been read.
        var status: ExitStatus?
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
    private let state = Mutex(State())
    /// Held from a request to its answer.
    private let conversation = Mutex(())

    init(warming roles: [any ChildRole.Type]) throws {
        let (requests, theirRequests) = try SocketPair.make(packets: true)
        let (reports, theirReports) = try SocketPair.make(packets: true)
        self.requests = PacketSocket(requests)
        self.reports = PacketSocket(reports)
        let order = LaunchOrder(
            role: ForkServerRole.self, payload: ForkServerRole.payload(warming: roles),
            descriptors: [theirRequests, theirReports])
        // Its end shows at the reports' end of file, and its zombie is reaped by the launcher.
        server = try SpawnLauncher().launch(order) { _ in }
        let watch = try Poller.obtain().watch(reports.raw) { [weak self] in self?.takeReports() }
        state.withLock { $0.watch = watch }
    }

    deinit {
        if let watch = state.withLock({ $0.watch }) { Poller.shared.unwatch(watch) }
    }

    var pid: Int32 { server.pid }

    var isAlive: Bool { server.status == nil && state.withLock { $0.isAlive } }

    /// Asks for a child; blocks until the server has made it.
    ///
    /// - Throws: a broken channel when the server is gone, and whatever kept it from making the child.
    func makeChild(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws -> LaunchedChild {
        let (ours, theirs) = try SocketPair.make()
        let channel = MessageSocket(ours)
        // What fits into the socket waits there for the child, which then need not wait for us.
        let isShort = order.payload.count <= Self.shortPayload
        if isShort { try order.tell(channel) }
        let id = state.withLock { state in
            state.lastID += 1
            state.entries[state.lastID] = Entry(onExit: onExit)
            return state.lastID
        }
        do {
            let (pid, process) = try ask(id, theirs)
            let child = LaunchedChild(pid: pid, process: process, channel: channel)
            settle(id, child)
            if !isShort {
                do {
                    try order.tell(channel)
                } catch {
                    // A child that was not told what it is must not wait for it.
                    _ = try? child.send(signal: SIGKILL)
                    throw error
                }
            }
            return child
        } catch {
            state.withLock { state in
                state.entries[id] = nil
                if (error as? SystemError)?.isBrokenChannel == true { state.isAlive = false }
            }
            throw error
        }
    }

    private func ask(_ id: UInt64, _ channel: SharedDescriptor) throws -> (Int32, ProcessHandle) {
        let folder = unsafe open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError.last("open(.)") }
        let folderOwner = SharedDescriptor(Descriptor(adopting: folder))
        let streams = [STDOUT_FILENO, STDERR_FILENO].map { fcntl($0, F_GETFD) != -1 }
        let request = ForkServerRole.Request(
            id: id, hasOutput: streams[0] ? 1 : 0, hasError: streams[1] ? 1 : 0)
        var passed = [channel.raw, folderOwner.raw]
        if streams[0] { passed.append(STDOUT_FILENO) }
        if streams[1] { passed.append(STDERR_FILENO) }
        let packet = try conversation.withLock { _ throws in
            try requests.send(request, descriptors: passed)
            return try requests.receive(ForkServerRole.Answer.self)
        }
        withExtendedLifetime((channel, folderOwner)) {}
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
            return (state.entries[id]?.status, state.isAlive)
        }
        if let early {
            Poller.shared.schedule(at: .now) { [self] in finish(id, early) }
        } else if !isAlive {
            watchOrphans()
        }
    }

    private func finish(_ id: UInt64, _ status: ExitStatus) {
        let entry = state.withLock { $0.entries.removeValue(forKey: id) }
        entry?.child?.ended(status)
        entry?.onExit(status)
    }

    // MARK: Reports

    private func takeReports() {
        while true {
            do {
                let report = try reports.receive(ForkServerRole.Report.self, isWaiting: false).content
                let status: ExitStatus =
                    switch report.isExit {
                    case 1: .exited(report.value)
                    case 0: .signaled(report.value)
                    default: .unknown
                    }
                let isSettled = state.withLock { state in
                    state.entries[report.id]?.status = status
                    return state.entries[report.id]?.child != nil
                }
                if isSettled { finish(report.id, status) }
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
            for (id, entry) in state.entries where entry.status == nil && !entry.isOrphan {
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
            finish(id, status)
        }
    }
}
