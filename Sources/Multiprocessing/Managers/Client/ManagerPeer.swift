import MultiprocessingCore
import Synchronization

/// The way from this process to a manager: the calls that are under way, and the objects that are held.
final class ManagerPeer: Sendable {
    typealias Calls = PendingCalls<ManagerReply, UnsafeContinuation<ManagerReply, Never>>

    struct State {
        var calls = Calls()
        var targets = TargetNumbers()
        /// The task that made the last call.
        var lastCaller: UInt64 = 0
        /// Memory that the manager has offered.
        var way: SharedWay?
        /// How many calls were made, up to those that are many.
        var made = 0
        /// Whether the poller tells when something comes.
        var isArmed = false
        /// Why there are no calls any more.
        var failure: MultiprocessingError?
    }

    private let identity: Mutex<ManagerID>
    /// Which manager it is.
    var manager: ManagerID { identity.withLock { $0 } }

    struct Holds {
        var table = HoldTable()
        var lastToken = ReferenceTable.Departure.firstToken
    }

    let link: ManagerLink
    /// By what the manager tells this client from others.
    let client = UInt64.random(in: 1...UInt64.max)
    let state = Mutex(State())
    let attention = Attention(maximum: 60_000, alone: 50_000)
    /// Whether somebody looks for answers, instead of sleeping.
    let isWatched = Atomic(false)
    /// Whether a task sends what was appended, and looks for answers.
    let isCarried = Atomic(false)
    /// Closed when there is a connection, or will be none.
    let opened = Latch<Void>()
    private let generation = ForkedChild.generation
    let holds = Mutex(Holds())

    /// The way over a connection that there is.
    init(_ link: ManagerLink, to manager: ManagerID) {
        self.link = link
        identity = Mutex(manager)
        introduce()
        opened.close(())
    }

    /// The way to a manager at an address, which begins now to connect.
    convenience init(to manager: ManagerID, at address: ListenerAddress, key: AuthenticationKey?) {
        self.init(connecting: ManagerLink(to: address), to: manager)
        Task.detached { [self] in
            do {
                let key = try key ?? AuthenticationKey.current()
                let connection = try await Connection.connect(
                    to: address, key: key, purpose: .manager, timeout: Self.connectingTime)
                link.attach(try connection.storage.link.end)
            } catch {
                fail(
                    MultiprocessingError(
                        .managerGone, "the manager at \(address) cannot be reached", cause: error))
            }
            opened.close(())
        }
    }

    private init(connecting link: ManagerLink, to manager: ManagerID) {
        self.link = link
        identity = Mutex(manager)
        introduce()
    }

    /// How long connecting may take.
    private static let connectingTime = Duration.seconds(20)

    private func introduce() {
        try? link.append(.introduce) { writer in
            writer.append(client)
            writer.append(manager.high)
            writer.append(manager.low)
            writer.append(ThisProcess.id)
        }
    }

    /// The manager has said who it is.
    func found(_ manager: ManagerID) { identity.withLock { $0 = manager } }

    /// Whether it belongs to this process, and not to the one that this is a forked copy of.
    var isCurrent: Bool { generation == ForkedChild.generation }

    /// The manager is gone: every call fails, now and later.
    func fail(_ error: MultiprocessingError) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            return state.calls.end(with: .failed(error))
        }
        link.close()
        for waiter in waiters { waiter.resume(returning: .failed(error)) }
        ManagerDirectory.remove(self)
    }
}
