import MultiprocessingCore

/// Where a link's messages come from: a socket, and memory that is shared with the other side once there is some.
struct LinkInput {
    /// The memory; from when on it is there, everything is announced in it.
    var way: SharedWay?
    /// Whether the next message is the socket's.
    private var isElsewhere = false
    /// A message that came over the socket before its turn.
    private var early: IncomingMessage?
    /// Whether there may be something at the socket: what wakes, or the end.
    var isRoused = false
    /// The socket's end; what is in memory was written before it.
    private var failure: TransportFailure?

    init() {}

    /// The next message; nil when there is none.
    mutating func next(
        _ socket: () throws(TransportFailure) -> IncomingMessage?
    ) throws(TransportFailure) -> IncomingMessage? {
        guard let way else { return try socket() }
        while true {
            if isElsewhere, let message = early.take() {
                isElsewhere = false
                return message
            }
            if !isElsewhere {
                switch try Self.receive(way) {
                case .message(let bytes): return IncomingMessage(bytes: bytes, descriptors: [])
                case .elsewhere:
                    isElsewhere = true
                    continue
                case .nothing: break
                }
                if let failure { throw failure }
                // It was announced before it was sent.
                guard early == nil else { throw .wire(.malformed("a message that was not announced")) }
                guard isRoused else { return nil }
            } else if let failure {
                throw failure
            }
            do throws(TransportFailure) {
                guard let message = try socket() else {
                    isRoused = false
                    return nil
                }
                // An empty one only wakes.
                if !message.bytes.isEmpty { early = message }
            } catch {
                failure = error
            }
        }
    }

    private static func receive(_ way: SharedWay) throws(TransportFailure) -> SharedWay.Receipt {
        do {
            return try way.receive()
        } catch {
            throw .wire(.malformed("memory that is not what the other side writes"))
        }
    }
}
