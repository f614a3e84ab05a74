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
}
