import MultiprocessingCore
import Synchronization

extension ListenerStorage {
    /// The next connection whose handshake is over; nil when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, a ``MultiprocessingError`` when it is closed.
    nonisolated(nonsending) func accept(until deadline: Deadline?) async throws -> Connection? {
        var arrivals: [ListenerPeer] = []
        while true {
            guard !Task.isCancelled else {
                for peer in arrivals { watch(peer) }
                throw CancellationError()
            }
            if let found = try look(at: arrivals) { return accepted(found) }
            if let deadline, deadline.hasPassed { return nil }
            let start = Deadline.now.nanoseconds
            let wake = await wait(until: deadline)
            switch wake {
            case .connection, .arrival: attention.learn(from: Deadline.now.nanoseconds - start)
            case .closed, .timeout, .cancelled: break
            }
            switch wake {
            case .connection(let found): return accepted(found)
            case .arrival(let peer): arrivals = [peer]
            case .closed: throw closedError
            case .timeout: return nil
            case .cancelled: throw CancellationError()
            }
        }
    }

    nonisolated(nonsending) private func wait(until deadline: Deadline?) async -> Wake {
        let id = machine.withLock { $0.makeID() }
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in self?.giveUp(id, .timeout) }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { enter($0, id, deadline) }
        } onCancel: {
            giveUp(id, .cancelled)
        }
    }

    var closedError: MultiprocessingError {
        let wasForked = isClosed && !machine.withLock { $0.isClosed }
        return MultiprocessingError(
            .closed,
            wasForked
                ? "the listener at \(address) belongs to the process that this one is a copy of"
                : "the listener at \(address) was closed")
    }

    private func accepted(_ found: AcceptedConnection) -> Connection {
        lastPeer.withLock { $0 = found.address }
        return found.connection
    }

    /// A connection that is ready.
    func take() throws -> AcceptedConnection? {
        let answer = machine.withLock { $0.take() }
        switch answer {
        case .ready(let found):
            // There is room for one more.
            arm()
            return found
        case .closed: throw closedError
        case .wait: return nil
        }
    }

    private func enter(_ waiter: Waiter, _ id: UInt64, _ deadline: Deadline?) {
        switch machine.withLock({ $0.enter(waiter, id: id) }) {
        case .ready(let found): waiter.resume(returning: .connection(found))
        case .closed: waiter.resume(returning: .closed)
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
