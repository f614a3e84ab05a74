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
    private func look(at arrivals: [ListenerPeer]) throws -> AcceptedConnection? {
        var peers = arrivals
        defer { for peer in peers { watch(peer) } }
        guard !isClosed else { throw closedError }
        if let found = try take() { return found }
        let isThorough = beginLooking()
        var found: AcceptedConnection?
        defer { endLooking(isExpected: found != nil) }
        var start = Deadline.now.nanoseconds
        while true {
            if peers.count < Self.mostAtOnce, let peer = admit() {
                peers.append(peer)
                start = Deadline.now.nanoseconds
            }
            peers.removeAll { step($0) }
            found = try take()
            if found != nil {
                attention.paid()
                return found
            }
            let current = peers.isEmpty ? attention : answerAttention
            let budget = isThorough ? current.maximum : current.budget
            guard Deadline.now.nanoseconds - start < budget else { return nil }
            if attention.isAlone {
                Processor.yield()
            } else {
                for _ in 0..<16 { Processor.pause() }
            }
        }
    }

    /// With how many one task shakes hands at the same time.
    private static var mostAtOnce: Int { 4 }
    /// How long a task that has gone with a connection is expected back.
    private static var absence: Duration { .milliseconds(1) }

    /// Whether this look is to be as long as any: now and then one is, because clients who are looked for come sooner.
    private func beginLooking() -> Bool {
        watching.withLock { watching in
            watching.lookers += 1
            watching.looks += 1
            return watching.looks % 16 == 0
        }
    }

    private func endLooking(isExpected: Bool) {
        let needsGuard = watching.withLock { watching in
            watching.lookers -= 1
            watching.isExpected = isExpected
            defer { if isExpected { watching.hasGuard = true } }
            return isExpected && !watching.hasGuard
        }
        if needsGuard { setGuard() }
        arm()
    }

    /// Waits for connections in the background again once nobody looks for them any more.
    private func setGuard() {
        Poller.shared.schedule(at: .after(Self.absence)) { [weak self] in
            guard let self else { return }
            let isAgain = watching.withLock { watching in
                defer { watching.looksBefore = watching.looks }
                watching.hasGuard = watching.isExpected && watching.looks != watching.looksBefore
                if !watching.hasGuard { watching.isExpected = false }
                return watching.hasGuard
            }
            if isAgain { setGuard() } else { arm() }
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
