import MultiprocessingCore
import Synchronization

/// What a listener consists of: its socket, those who are on their way in, and those who wait for them.
final class ListenerStorage: Sendable {
    /// Why a waiter was resumed.
    enum Wake: Sendable {
        case connection(AcceptedConnection)
        /// Somebody has just come: whoever waits takes part in the handshake.
        case arrival(ListenerPeer)
        case closed
        case timeout
        case cancelled
    }

    typealias Waiter = CheckedContinuation<Wake, Never>
    typealias Machine = ListenerMachine<ListenerPeer, AcceptedConnection, Waiter>

    /// What is there until it is closed.
    final class Open: Sendable {
        let socket: ListeningSocket
        let interest: DescriptorInterest

        init(_ socket: ListeningSocket) {
            self.socket = socket
            interest = DescriptorInterest(socket.socket)
        }
    }

    /// Who waits for what at the socket.
    struct Watching {
        var isArmed = false
        /// Nothing is accepted for the moment, because there is no room.
        var isPaused = false
        /// Tasks that look for connections themselves.
        var lookers = 0
        /// A task that found one that way has gone with it, and is expected back in a moment: the poller's thread
        /// would only get in its way.
        var isExpected = false
        /// How often somebody looked, and how often until the last time that it was asked for.
        var looks = 0
        var looksBefore = 0
        var hasGuard = false
        var hasTimer = false
        /// When a refusal was logged last, and how many were not since.
        var lastLog: UInt64 = 0
        var unlogged = 0
    }

    let settings: ListenerSettings
    let address: ListenerAddress
    let machine: Mutex<Machine>
    let watching = Mutex(Watching())
    /// How long it pays to look for those who come, and for their answers.
    let attention = Attention.ofHandshakes
    let answerAttention = Attention.ofHandshakes
    let lastPeer = Mutex<ListenerAddress?>(nil)
    private let open: Mutex<Open?>
    private let removal = Mutex<Finalizer?>(nil)
    private let generation = ForkedChild.generation

    init(_ socket: ListeningSocket, _ address: ListenerAddress, _ settings: ListenerSettings) {
        self.settings = settings
        self.address = address
        let time = HandshakeLimits.time.components
        machine = Mutex(
            Machine(readyLimit: settings.backlog, handshakeTime: UInt64(time.seconds) * 1_000_000_000))
        open = Mutex(Open(socket))
        let removal = Finalizer(priority: .min) { [weak self] in self?.close() }
        self.removal.withLock { $0 = removal }
    }

    /// What is there until it is closed; nil then, and in a forked copy of the process, whose listener it is not.
    var current: Open? {
        guard generation == ForkedChild.generation else { return nil }
        return open.withLock { $0 }
    }

    var isClosed: Bool { current == nil }

    /// Ends it: nobody gets in any more, who waits is sent away, and the file is removed.
    func close() {
        guard generation == ForkedChild.generation, let open = open.withLock({ $0.take() }) else { return }
        removal.withLock { $0.take() }?.cancel()
        open.socket.end()
        let left = machine.withLock { $0.close() }
        for peer in left.peers { peer.abandon() }
        for connection in left.ready { connection.connection.close() }
        for waiter in left.waiters { waiter.resume(returning: .closed) }
    }
}

/// What a listener is made with.
struct ListenerSettings: Sendable {
    /// What connections are for: a proof for one purpose is none for another.
    enum Purpose: String, Sendable {
        case listener, manager
    }

    var key: AuthenticationKey?
    var purpose = Purpose.listener
    var wire = ConnectionProtocol.native
    var backlog: Int
    var maximumLength: Int
}

/// A connection that was accepted, and from where.
struct AcceptedConnection: Sendable {
    let connection: Connection
    let address: ListenerAddress?
}

/// Somebody in the middle of a handshake.
final class ListenerPeer: Sendable {
    let id: UInt64
    let run: HandshakeRun
    let address: ListenerAddress?
    let since = Deadline.now.nanoseconds
    private let ticket = Mutex<DescriptorInterest.Ticket?>(nil)

    init(id: UInt64, _ run: HandshakeRun, from address: ListenerAddress?) {
        self.id = id
        self.run = run
        self.address = address
    }

    /// Calls the handler once when there may be something to go on with.
    func watch(_ handler: @escaping @Sendable () -> Void) throws(SystemError) {
        let fresh = try run.interest.await(run.direction, handler)
        ticket.withLock { $0 = fresh }
    }

    /// Nobody goes on with it; its socket closes with the last holder.
    func abandon() {
        if let ticket = ticket.withLock({ $0.take() }) { run.interest.disregard(ticket) }
    }
}
