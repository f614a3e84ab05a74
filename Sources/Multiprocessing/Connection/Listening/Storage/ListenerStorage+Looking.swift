import MultiprocessingCore
import Synchronization

extension ListenerStorage {
    /// Looks for a connection, and takes part in its handshake, for a bounded moment.
    ///
    /// Whoever does not answer within it is left to the background: no handshake is waited for here.
    func look(at arrivals: [ListenerPeer]) throws -> AcceptedConnection? {
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
}
