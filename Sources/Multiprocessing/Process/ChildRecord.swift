import MultiprocessingCore
import Synchronization

/// The storage of a child process handle: what has happened to the child so far.
final class ChildRecord: Sendable {
    private enum State {
        case initial
        case starting
        case started(LaunchedChild)
        case failed
        case closed
    }

    /// The process that made the handle, which alone may use it.
    let owner = ThisProcess.id
    /// Closed when the child has ended and was reaped.
    let end = Latch<ProcessEnd>()
    let output: ChildOutput
    /// Whether the child leads a process group.
    let leadsGroup: Bool
    private let name: String
    private let state = Mutex(State.initial)

    init(_ name: String, capturing options: StartOptions) {
        self.name = name
        output = ChildOutput(options)
        leadsGroup = options.processGroup == .own || options.processGroup == .ownSession
    }

    // MARK: Starting

    /// The start begins; there is one.
    func begin() throws {
        try checkOwner()
        try state.withLock { state throws(MultiprocessingError) in
            switch state {
            case .initial: state = .starting
            case .closed: throw closedError
            case .starting, .started, .failed:
                throw MultiprocessingError(
                    .alreadyStarted, "\(name) was started before; a child process can be started once only")
            }
        }
    }

    /// Starts the child on the lane where starting may block.
    nonisolated(nonsending) func start(
        _ order: LaunchOrder, with launcher: any Launcher, owner: ChildProcess
    ) async throws {
        ChildRegistry.prepare()
        let result: Result<LaunchedChild, LaunchFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                launcher.lane.run { [end, output] in
                    let result = Result { () throws(LaunchFailure) in
                        try launcher.launch(order) { ending in
                            // Whoever has joined a child finds its log records.
                            LogCenter.takeWaiting()
                            SharedMemory.childEnded(ending.status)
                            end.close(ending)
                            ChildRegistry.remove(owner)
                        }
                    }
                    output.started()
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            order.isCancelled.set()
        }
        switch result {
        case .success(let child):
            state.withLock { $0 = .started(child) }
            ChildRegistry.add(owner, outlivesParent: order.settings.outlivesParent)
        case .failure(let failure):
            if failure.isCancelled { throw CancellationError() }
            throw MultiprocessingError(failure, starting: name)
        }
    }

    func startFailed() {
        state.withLock { $0 = .failed }
        output.abandon()
    }

    // MARK: Looking

    /// The started child; nil before the start and after the handle was closed.
    var child: LaunchedChild? {
        state.withLock { state in
            if case .started(let child) = state { child } else { nil }
        }
    }

    /// The end, if it has come and the handle is open.
    var ending: ProcessEnd? { child == nil ? nil : end.value }

    /// The process that started the child; nil before the start.
    var starter: Int32? { child == nil ? nil : owner }

    var stateInWords: String {
        switch state.withLock(\.self) {
        case .initial: "initial"
        case .starting: "starting"
        case .failed: "not started"
        case .closed: "closed"
        case .started:
            switch end.value.map({ ChildProcess.ExitStatus($0.status) }) {
            case nil: "started"
            case .exited(let code): "stopped(\(code))"
            case .signaled(let signal): "stopped(\(Signal.name(of: signal)))"
            case .unknown: "stopped(unknown)"
            }
        }
    }

    // MARK: Using

    /// The child, for a call that needs one.
    func startedChild(_ use: String) throws -> LaunchedChild {
        try checkOwner()
        return try state.withLock { state throws(MultiprocessingError) in
            switch state {
            case .started(let child): return child
            case .closed: throw closedError
            case .initial, .starting, .failed:
                throw MultiprocessingError(
                    .notStarted, "\(name) has not been started, so it cannot be \(use)")
            }
        }
    }

    /// Sends a signal; a child that has ended already is left alone.
    func send(_ signal: Int32) throws {
        let child = try startedChild("sent a signal")
        do {
            _ = try child.send(signal: signal)
        } catch {
            throw MultiprocessingError(
                .protocolViolation, "\(Signal.name(of: signal)) could not be sent to process \(child.pid)",
                cause: error)
        }
    }

    func close() throws {
        try checkOwner()
        let isRunning = state.withLock { state in
            switch state {
            case .starting: return true
            case .started where end.value == nil: return true
            case .initial, .started, .failed, .closed:
                state = .closed
                return false
            }
        }
        if isRunning {
            throw MultiprocessingError(
                .invalidArgument, "\(name) is running: terminate or join it before its handle is closed")
        }
        output.abandon()
    }

    private var closedError: MultiprocessingError {
        MultiprocessingError(.closed, "the handle of \(name) was closed")
    }

    private func checkOwner() throws {
        guard owner == ThisProcess.id else {
            throw MultiprocessingError(
                .invalidArgument,
                "\(name) belongs to process \(owner), and only that can start, join or end it")
        }
    }
}
