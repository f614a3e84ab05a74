import MultiprocessingCore
import Synchronization

extension ListenerStorage {
    /// How many connections are accepted before others of the poller's thread get their turn.
    private static let batch = 16
    /// How long nothing is accepted when there is no room for descriptors.
    private static let pause = Duration.milliseconds(50)

    /// Waits for connections in the background, unless somebody looks for them or there is no room.
    func arm() {
        guard machine.withLock({ $0.room(at: Deadline.now.nanoseconds) }) != .none else { return }
        let isDue = watching.withLock { watching in
            guard !watching.isArmed, !watching.isPaused, watching.lookers == 0, !watching.isExpected else {
                return false
            }
            watching.isArmed = true
            return true
        }
        guard isDue, let open = current else { return }
        do {
            _ = try open.interest.await(.reading) { [weak self] in self?.arrived() }
        } catch {
            watching.withLock { $0.isArmed = false }
            pause(until: .after(Self.pause))
        }
    }

    /// Somebody may have connected; on the poller's thread.
    private func arrived() {
        let isWatched = watching.withLock { watching in
            watching.isArmed = false
            return watching.lookers > 0
        }
        // Whoever looks takes what is there, and waits for more in the end.
        if !isWatched { pump() }
    }

    private func pump() {
        for _ in 0..<Self.batch {
            guard let peer = admit() else { break }
            if !step(peer), let waiter = machine.withLock({ $0.removeWaiter() }) {
                waiter.resume(returning: .arrival(peer))
            } else {
                watch(peer)
            }
        }
        arm()
    }

    private func pause(until deadline: Deadline) {
        let isFirst = watching.withLock { watching in
            defer { watching.isPaused = true }
            return !watching.isPaused
        }
        guard isFirst else { return }
        Poller.shared.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            watching.withLock { $0.isPaused = false }
            pump()
        }
    }

    /// Takes the next connection from the system, and greets the peer; nil when there is none, or no room.
    func admit() -> ListenerPeer? {
        guard let open = current, !watching.withLock({ $0.isPaused }) else { return nil }
        switch machine.withLock({ $0.room(at: Deadline.now.nanoseconds) }) {
        case .free: break
        case .notBefore(let moment):
            pause(until: Deadline(nanoseconds: moment))
            return nil
        case .none: return nil
        }
        do throws(SystemError) {
            for _ in 0..<Self.batch {
                guard let arrival = try open.socket.accept() else { break }
                if let peer = try take(arrival, open.socket) { return peer }
            }
            return nil
        } catch {
            // Without room for descriptors nothing gets better by trying again at once.
            log("nobody can be let in: \(error)")
            pause(until: .after(Self.pause))
            return nil
        }
    }

    /// Gives somebody who just came a seat; nil for another user's program, of which not a byte is read.
    private func take(
        _ arrival: ListeningSocket.Arrival, _ socket: ListeningSocket
    ) throws(SystemError) -> ListenerPeer? {
        let ends = try socket.ends(with: arrival)
        if let stranger = ends.stranger {
            machine.withLock { $0.refuse() }
            log("a program of user \(stranger) was refused")
            return nil
        }
        let handshake = settings.wire.listenerHandshake(
            key: settings.key?.secret, purpose: settings.purpose.rawValue, ends: ends,
            numbers: socket.numbers)
        let numbers = arrival.address?.numbers
        let peer = ListenerPeer(
            id: machine.withLock { $0.makeID() },
            HandshakeRun(DescriptorInterest(arrival.socket), handshake),
            from: numbers.map { ListenerAddress.tcp($0.host, port: $0.port) })
        let dropped = machine.withLock { $0.add(peer, id: peer.id, at: Deadline.now.nanoseconds) }
        if let dropped {
            dropped.abandon()
            log("a client was dropped in the middle of its handshake, because others wait")
        }
        expectExpiry()
        return peer
    }
<<<<<<< HEAD

    // MARK: Peers

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
    private func expectExpiry() {
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

    // MARK: The log

    /// Logs once a second at most, because whoever is not let in can come again at once.
    private func log(_ text: String) {
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
=======
>>>>>>> listener
}
