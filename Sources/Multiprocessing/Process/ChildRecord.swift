import MultiprocessingCore
import Synchronization

/// The storage of a child process handle: what has happened to the child so far.
final class ChildRecord: Sendable {
    private enum State {
        case initial
        case starting
        case started(LaunchedChild)
        case failed
    }

    private let state = Mutex(State.initial)
    /// Closed when the child has ended and was reaped.
    let end = Latch<ChildProcess.ExitStatus>()

    /// Starts the child on the lane where starting may block.
    nonisolated(nonsending) func start(_ order: LaunchOrder, with launcher: any Launcher) async throws {
        let isFirst = state.withLock { state in
            guard case .initial = state else { return false }
            state = .starting
            return true
        }
        guard isFirst else {
            throw MultiprocessingError(.alreadyStarted, "a child process can be started once only")
        }
        let result: Result<LaunchedChild, LaunchFailure> = await withCheckedContinuation { continuation in
            Lane.launching.run { [end] in
                continuation.resume(
                    returning: Result { () throws(LaunchFailure) in
                        try launcher.launch(order) { status in
                            // Whoever has joined a child finds its log records.
                            LogCenter.takeWaiting()
                            end.close(.init(status))
                        }
                    })
            }
        }
        switch result {
        case .success(let child):
            state.withLock { $0 = .started(child) }
        case .failure(let error):
            state.withLock { $0 = .failed }
            throw MultiprocessingError(.startFailed, "the child process could not be started", cause: error)
        }
    }

    /// The started child; nil before the start.
    var child: LaunchedChild? {
        state.withLock { state in
            if case .started(let child) = state { child } else { nil }
        }
    }

    /// Sends a signal; a child that has ended already is left alone.
    func send(_ signal: Int32) throws {
        guard let child else {
            throw MultiprocessingError(.notStarted, "the child process has not been started")
        }
        do {
            _ = try child.send(signal: signal)
        } catch {
            throw MultiprocessingError(
                .protocolViolation, "\(Signal.name(of: signal)) could not be sent to process \(child.pid)",
                cause: error)
        }
    }
}
