import MultiprocessingCore
import Synchronization

/// The storage of a manager's handle: its process, and the way to it.
final class ManagerStorage: Sendable {
    private enum State {
        case initial
        case starting
        case started(ChildProcess, ManagerPeer, ListenerAddress?)
        case failed
        case ended(ChildProcess)
    }

    /// Where the manager listens, and with which key.
    struct Seat: Sendable {
        var address: ListenerAddress?
        var key: AuthenticationKey?
        var maximumLength = Connection.listenerMaximumLength
    }

    let name: String?
    private let context: ProcessContext
    private let options: StartOptions
    private let seat: Seat
    private let initializer: (@concurrent @Sendable (ManagerSystem) async throws -> Void)?
    private let state = Mutex(State.initial)
    /// Closed when the process is gone after a shutdown.
    private let finished = Latch<Void>()

    init(
        _ name: String?, _ context: ProcessContext, _ options: StartOptions, _ seat: Seat,
        _ initializer: (@concurrent @Sendable (ManagerSystem) async throws -> Void)?
    ) {
        self.name = name
        self.context = context
        self.options = options
        self.seat = seat
        self.initializer = initializer
    }

    /// The manager's process.
    var child: ChildProcess? {
        switch state.withLock(\.self) {
        case .started(let child, _, _), .ended(let child): child
        case .initial, .starting, .failed: nil
        }
    }

    var isInitial: Bool {
        if case .initial = state.withLock(\.self) { true } else { false }
    }

    /// The way to the manager.
    var peer: ManagerPeer {
        get throws {
            switch state.withLock(\.self) {
            case .started(_, let peer, _): return peer
            case .initial, .starting, .failed:
                throw MultiprocessingError(.notStarted, "the manager has not been started")
            case .ended: throw MultiprocessingError(.managerGone, "the manager was shut down")
            }
        }
    }

    /// Where the manager listens; nil when it does not run.
    var address: ListenerAddress? {
        if case .started(_, _, let address) = state.withLock(\.self) { address } else { nil }
    }

    // MARK: Starting

    nonisolated(nonsending) func start() async throws {
        try state.withLock { state throws(MultiprocessingError) in
            guard case .initial = state else {
                throw MultiprocessingError(.alreadyStarted, "a manager is started once")
            }
            state = .starting
        }
        do {
            let (child, peer, address) = try await launch()
            state.withLock { $0 = .started(child, peer, address) }
        } catch {
            state.withLock { $0 = .failed }
            throw error
        }
    }

    private nonisolated(nonsending) func launch() async throws -> (
        ChildProcess, ManagerPeer, ListenerAddress?
    ) {
        let id = ManagerID.random()
        let (child, end) = try process(id)
        try await child.start()
        let peer = ManagerPeer(ManagerLink(end, isInherited: true), to: id)
        ManagerDirectory.add(peer, to: id)
        // An end that nobody asked for fails the calls that wait, also when no call looks at the link.
        Self.watch(child, peer)
        do {
            let greeting = try await peer.request(.hello).value(as: ManagerGreeting.self)
            return (child, peer, greeting.address)
        } catch {
            peer.fail(.managerGone)
            await Self.end(child, within: .seconds(1))
            throw error
        }
    }

    private func process(_ id: ManagerID) throws -> (ChildProcess, ConnectionEnd) {
        do {
            let (ours, theirs) = try SocketPair.make(packets: true)
            let child = ChildProcess(
                name, kind: "Manager", context, false, options, seat.key,
                ManagerBody(initializer: initializer ?? { _ in }),
                ManagerSeating(
                    high: id.high, low: id.low, address: seat.address, maximumLength: seat.maximumLength,
                    channel: theirs))
            return (child, try ConnectionEnd(ours, readable: true, writable: true))
        } catch {
            throw MultiprocessingError(.noResources, "there is no room for a manager's channel", cause: error)
        }
    }

    private static func watch(_ child: ChildProcess, _ peer: ManagerPeer) {
        _ = child.record.end.observe { [weak peer] in peer?.fail(.managerGone) }
    }

    // MARK: Ending

    nonisolated(nonsending) func shutdown(_ timeout: Duration) async {
        let (started, mustWait) = state.withLock { state -> ((ChildProcess, ManagerPeer)?, Bool) in
            switch state {
            case .started(let child, let peer, _):
                state = .ended(child)
                return ((child, peer), true)
            case .ended: return (nil, true)
            case .initial, .starting, .failed: return (nil, false)
            }
        }
        if let (child, peer) = started {
            // Not a part of the task, whose cancelling must not leave a process behind.
            Task.detached { [finished] in
                ProcessLogger.info("sending shutdown message to manager")
                let asking = Task { try await peer.request(.shutdown).checkNothing() }
                await Self.end(child, within: timeout)
                asking.cancel()
                peer.fail(.managerGone)
                finished.close(())
            }
        }
        if mustWait { await finish() }
    }

    private func finish() async {
        await Task.detached { [finished] in _ = try? await finished.wait() }.value
    }

    /// Waits for the end of the process, and insists on it.
    private static func end(_ child: ChildProcess, within timeout: Duration) async {
        if await hasEnded(child, within: timeout) { return }
        try? child.terminate()
        if await hasEnded(child, within: .seconds(1)) { return }
        try? child.kill()
        _ = await hasEnded(child, within: nil)
    }

    private static func hasEnded(_ child: ChildProcess, within timeout: Duration?) async -> Bool {
        await Task.detached { (try? await child.join(timeout: timeout)) != nil }.value
    }

    /// Nobody has the handle any more: the manager's process finds the end of its channel, and ends.
    func drop() {
        guard case .started(_, let peer, _) = state.withLock(\.self) else { return }
        StandardError.write("a manager was dropped without shutdown(), so it ends\n")
        peer.fail(.managerGone)
    }
}

extension ManagerPeer {
    /// Asks the manager itself.
    nonisolated(nonsending) func request(_ request: ManagerRequest) async throws -> ManagerReply {
        try await exchange(.request) { try $0.append(encoding: request) }
    }
}
