import MultiprocessingCore
import Synchronization

/// The storage of a manager's handle: its process, and the way to it.
final class ManagerStorage: Sendable {
    enum State {
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
    let context: ProcessContext
    let options: StartOptions
    let seat: Seat
    let initializer: (@concurrent @Sendable (ManagerSystem) async throws -> Void)?
    let state = Mutex(State.initial)
    /// Closed when the process is gone after a shutdown.
    let finished = Latch<Void>()

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
}
