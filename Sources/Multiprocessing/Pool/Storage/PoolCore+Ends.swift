import Synchronization

// How a pool ends.
extension PoolCore {
    /// Takes no more work; what was accepted is finished, then the workers leave.
    func close() {
        transact { state, effects in state.machine.close(&effects.actions) }
    }

    /// Gives up everything that waits or runs, and ends the workers.
    func terminate(_ reason: MultiprocessingError) {
        transact { state, effects in
            if state.failure == nil, state.machine.phase != .finished { state.failure = reason }
            state.machine.terminate(&effects.actions)
        }
    }

    /// Whether work is taken or done.
    var isActive: Bool { state.withLock { $0.machine.phase == .open || $0.machine.phase == .draining } }

    /// Whether the pool will come to its end by itself.
    var isEnding: Bool { state.withLock { $0.machine.phase != .open } }

    /// Why nothing can be submitted now; nil when it can.
    var refusal: (any Error)? { state.withLock { Self.refusal($0) } }

    /// Waits until no worker is left, whatever happens to the waiting task.
    nonisolated(nonsending) func waitUntilFinished() async {
        await withCheckedContinuation { continuation in
            Task { [finished] in
                // A task of its own, because a cancelled one does not wait.
                _ = try? await finished.wait()
                continuation.resume()
            }
        }
    }

    /// Why nothing can be submitted now; nil when it can.
    static func refusal(_ state: State) -> (any Error)? {
        switch state.machine.phase {
        case .open: nil
        case .draining, .ending, .finished:
            state.failure
                ?? MultiprocessingError(
                    .poolClosed, "the pool is closed: it takes no more work after its end")
        }
    }
}
