import MultiprocessingCore
import Synchronization

/// The turn of one direction of a connection, and the tasks of this process that wait for it.
final class TurnQueue: Sendable {
    private enum Wake {
        case turn
        case ended
        case timeout
        case cancelled
    }

    private typealias Waiter = CheckedContinuation<Wake, Never>

    private let machine = Mutex(TurnMachine<Waiter>())

    /// Takes the turn if nobody has it.
    ///
    /// - Throws: a ``MultiprocessingError`` after the end.
    func tryTake() throws -> Bool {
        switch machine.withLock({ $0.tryTake() }) {
        case .turn: return true
        case .wait: return false
        case .ended: throw MultiprocessingError.closedConnection
        }
    }

    /// Waits for the turn; false when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, a ``MultiprocessingError`` after the end.
    nonisolated(nonsending) func take(until deadline: Deadline?) async throws -> Bool {
        if try tryTake() { return true }
        if let deadline, deadline.hasPassed { return false }
        let id = machine.withLock { $0.makeID() }
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in self?.giveUp(id, .timeout) }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        let wake = await withTaskCancellationHandler {
            await withCheckedContinuation { enter($0, id, deadline) }
        } onCancel: {
            giveUp(id, .cancelled)
        }
        switch wake {
        case .turn: return true
        case .timeout: return false
        case .ended: throw MultiprocessingError.closedConnection
        case .cancelled: throw CancellationError()
        }
    }

    /// Gives the turn back; the next one in the queue gets it.
    func give() {
        machine.withLock { $0.give() }?.resume(returning: .turn)
    }

    /// Sends everyone away, now and later; who has the turn keeps it.
    func end() {
        for waiter in machine.withLock({ $0.end() }) { waiter.resume(returning: .ended) }
    }

    private func enter(_ waiter: Waiter, _ id: UInt64, _ deadline: Deadline?) {
        switch machine.withLock({ $0.enter(waiter, id: id) }) {
        case .turn: waiter.resume(returning: .turn)
        case .ended: waiter.resume(returning: .ended)
        case .wait:
            // Either may have come before there was a waiter to take out.
            if Task.isCancelled {
                giveUp(id, .cancelled)
            } else if let deadline, deadline.hasPassed {
                giveUp(id, .timeout)
            }
        }
    }

    private func giveUp(_ id: UInt64, _ wake: Wake) {
        machine.withLock { $0.remove(id: id) }?.resume(returning: wake)
    }
}
