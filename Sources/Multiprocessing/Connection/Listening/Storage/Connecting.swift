import MultiprocessingCore

/// The way of a client to a listener: a socket, and the handshake over it.
struct Connecting {
    let address: ListenerAddress
    let key: AuthenticationKey?
    let purpose: ListenerSettings.Purpose
    let wire: ConnectionProtocol
    /// For all of it; nil for the system's limits until there is a connection.
    let deadline: Deadline?
    private let attention = Attention.ofHandshakes

    init(
        to address: ListenerAddress, key: AuthenticationKey?, purpose: ListenerSettings.Purpose,
        wire: ConnectionProtocol = .native, until deadline: Deadline?
    ) {
        self.address = address
        self.key = key
        self.purpose = purpose
        self.wire = wire
        self.deadline = deadline
    }

    /// Connects, and comes to an agreement with the listener.
    nonisolated(nonsending) func run() async throws -> ConnectionEnd {
        if key == nil, address.needsKey {
            throw MultiprocessingError(
                .invalidArgument, "\(address) can be reached by others than this user: it needs a key")
        }
        var last: (any Error)?
        for target in try await targets() {
            do {
                return try await connect(to: target)
            } catch let error as MultiprocessingError where error.code == .unreachable {
                // A host of several addresses may answer at the next one.
                last = error
            }
        }
        throw last ?? MultiprocessingError(.unreachable, "there is nothing at \(address)")
    }

    nonisolated(nonsending) private func targets() async throws -> [OutgoingSocket.Target] {
        switch address.kind {
        case .path(let path): return [.path(path)]
        case .abstract(let name): return [.abstract(name)]
        case .network(let host, let port):
            return try await NameResolution.addresses(of: host, port: port, until: deadline).map {
                .network($0)
            }
        }
    }

    nonisolated(nonsending) private func connect(to target: OutgoingSocket.Target) async throws
        -> ConnectionEnd
    {
        let outgoing: OutgoingSocket
        do {
            outgoing = try OutgoingSocket(target, packets: wire.usesPackets)
        } catch LocalPlace.Failure.system(let error) {
            throw MultiprocessingError(connectingTo: address, error)
        }
        let interest = DescriptorInterest(outgoing.socket)
        try await open(outgoing, interest)
        do {
            let ends = try outgoing.ends
            if let stranger = ends.stranger {
                throw MultiprocessingError(handshakeWith: address, .foreignUser(stranger))
            }
            let handshake = wire.clientHandshake(
                key: key?.secret, purpose: purpose.rawValue, ends: ends, numbers: PeerCredentials.numbers)
            let agreement = try await agree(HandshakeRun(interest, handshake))
            return ConnectionEnd(
                interest, isLocal: ends != .network, framing: wire.framing, seals: agreement.seals)
        } catch let error as SystemError {
            throw MultiprocessingError(handshakeWith: address, .system(error))
        }
    }

    /// Connects the socket.
    nonisolated(nonsending) private func open(
        _ outgoing: OutgoingSocket, _ interest: DescriptorInterest
    ) async throws {
        var pause = Duration.milliseconds(1)
        do {
            while true {
                switch try outgoing.connect() {
                case .connected: return
                case .underway:
                    guard try await interest.wait(.writing, until: deadline) else { throw timeout }
                    return try outgoing.result()
                case .crowded:
                    // Nothing tells when the listener has accepted some of those who wait.
                    let moment = Deadline.after(pause)
                    if let deadline, deadline < moment { throw timeout }
                    _ = try await Latch<Void>().wait(timeout: pause)
                    pause = min(pause * 2, .milliseconds(50))
                }
            }
        } catch let error as SystemError {
            throw MultiprocessingError(connectingTo: address, error)
        }
    }

    /// Comes to an agreement, within the time of a handshake.
    nonisolated(nonsending) private func agree(_ run: HandshakeRun) async throws -> HandshakeAgreement {
        let limit = Deadline.after(HandshakeLimits.time)
        let deadline = deadline.map { min($0, limit) } ?? limit
        do {
            while true {
                try Task.checkCancellation()
                if case .done(let agreement) = try run.step() { return agreement }
                let found = try attention.look { () throws(HandshakeFailure) -> Step<HandshakeAgreement> in
                    try run.step()
                }
                if case .done(let agreement) = found { return agreement }
                guard try await run.interest.wait(run.direction, until: deadline) else { throw timeout }
            }
        } catch let failure as HandshakeFailure {
            throw MultiprocessingError(handshakeWith: address, failure)
        }
    }

    private var timeout: MultiprocessingError {
        MultiprocessingError(.timeout, "the listener at \(address) did not answer within the limit")
    }
}

extension Attention {
    /// A handshake takes about as long as two wakes: whoever sleeps in each of its waits takes several times that.
    static var ofHandshakes: Attention { Attention(maximum: 100_000, alone: 50_000) }
}

extension DescriptorInterest {
    /// Suspends until the descriptor may be ready; false when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func wait(_ direction: Direction, until deadline: Deadline?) async throws -> Bool
    {
        let latch = Latch<Void>()
        let ticket = try self.await(direction) { latch.close(()) }
        defer { disregard(ticket) }
        return try await latch.wait(timeout: deadline.map(\.timeLeft)) != nil
    }
}
