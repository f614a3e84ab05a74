import MultiprocessingCore
import Synchronization

extension ListenerStorage {
    /// Goes on with a peer in the background.
    func watch(_ peer: ListenerPeer) {
        guard !step(peer) else { return }
        do {
            try peer.watch { [weak self, weak peer] in
                if let self, let peer { watch(peer) }
            }
        } catch {
            end(peer, .system(error))
        }
    }

    /// Goes on with a peer as far as it can; true when its handshake is over.
    func step(_ peer: ListenerPeer) -> Bool {
        do {
            guard case .done(let agreement) = try peer.run.step() else { return false }
            answerAttention.learn(from: Deadline.now.nanoseconds - peer.since)
            welcome(peer, agreement)
        } catch {
            end(peer, error)
        }
        return true
    }

    private func welcome(_ peer: ListenerPeer, _ agreement: HandshakeAgreement) {
        guard machine.withLock({ $0.finish(id: peer.id, refused: false) }) != nil else { return }
        let end = ConnectionEnd(
            peer.run.interest, isLocal: peer.address == nil, framing: settings.wire.framing,
            seals: agreement.seals)
        let accepted = AcceptedConnection(
            connection: Connection(end, maximumLength: settings.maximumLength), address: peer.address)
        let waiter = machine.withLock { machine in
            machine.deliver(accepted)
        }
        waiter?.resume(returning: .connection(accepted))
    }

    private func end(_ peer: ListenerPeer, _ failure: HandshakeFailure) {
        guard machine.withLock({ $0.finish(id: peer.id, refused: true) }) != nil else { return }
        log("a client was refused: \(failure)")
    }

    /// Sees to it that peers leave when their time is over.
    func expectExpiry() {
        guard let next = machine.withLock({ $0.nextExpiry }) else { return }
        let isFirst = watching.withLock { watching in
            defer { watching.hasTimer = true }
            return !watching.hasTimer
        }
        guard isFirst else { return }
        Poller.shared.schedule(at: Deadline(nanoseconds: next)) { [weak self] in self?.expire() }
    }

    private func expire() {
        watching.withLock { $0.hasTimer = false }
        let expired = machine.withLock { $0.expire(at: Deadline.now.nanoseconds) }
        for peer in expired { peer.abandon() }
        if !expired.isEmpty { log("clients did not end their handshakes within \(HandshakeLimits.time)") }
        expectExpiry()
        arm()
    }

    /// Logs once a second at most, because whoever is not let in can come again at once.
    func log(_ text: String) {
        let now = Deadline.now.nanoseconds
        let unlogged: Int? = watching.withLock { watching in
            guard watching.lastLog == 0 || now >= watching.lastLog + 1_000_000_000 else {
                watching.unlogged += 1
                return nil
            }
            defer { watching.unlogged = 0 }
            watching.lastLog = now
            return watching.unlogged
        }
        guard let unlogged else { return }
        let others = unlogged > 0 ? " (\(unlogged) more since the last line)" : ""
        ProcessLogger.warning("listener at \(address): \(text)\(others)")
    }
}
