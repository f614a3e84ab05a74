import MultiprocessingCore
import Synchronization

extension ListenerStorage {
    /// The next connection whose handshake is over; nil when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, a ``MultiprocessingError`` when it is closed.
    nonisolated(nonsending) func accept(until deadline: Deadline?) async throws -> Connection? {
        try Task.checkCancellation()
        if let found = try look() { return accepted(found) }
        if let deadline, deadline.hasPassed { return nil }
        let start = Deadline.now.nanoseconds
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
        case .connection(let found):
            attention.learn(from: Deadline.now.nanoseconds - start)
            return accepted(found)
        case .closed: throw closedError
        case .timeout: return nil
        case .cancelled: throw CancellationError()
        }
    }

    private var closedError: MultiprocessingError {
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

    /// Looks for a connection, and takes part in its handshake, for a bounded moment.
    ///
    /// Whoever does not answer within it is left to the background: no handshake is waited for here.
    private func look() throws -> AcceptedConnection? {
        guard !isClosed else { throw closedError }
        if let found = try take() { return found }
        watching.withLock { $0.lookers += 1 }
        var fresh: [ListenerPeer] = []
        defer {
            for peer in fresh { watch(peer) }
            watching.withLock { $0.lookers -= 1 }
            arm()
        }
        let start = Deadline.now.nanoseconds
        let budget = attention.budget
        while true {
            if fresh.count < 4, let peer = admit() { fresh.append(peer) }
            fresh.removeAll { step($0) }
            if let found = try take() { return found }
            guard Deadline.now.nanoseconds - start < budget else { return nil }
            if attention.isAlone {
                Processor.yield()
            } else {
                for _ in 0..<16 { Processor.pause() }
            }
        }
    }

    /// A connection that is ready.
    private func take() throws -> AcceptedConnection? {
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
