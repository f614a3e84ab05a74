import MultiprocessingCore
import Synchronization

/// One end of the way between a manager and a client: puts frames together into messages, and never waits.
///
/// What cannot be sent at once is sent by the poller, as soon as there is space.
final class ManagerLink: Sendable {
    /// Where somebody waits for the rest of a long message; weak, because the message may come whole before he is called.
    struct Rest {
        weak var interest: DescriptorInterest?
    }

    /// A message grows to this length before it is sent for itself; it is one packet then.
    static let fullMessage = 32 << 10
    static let fullLoad = 64 << 20
    /// The system may have room again after this time; nothing tells when.
    static let retryTime = Duration.milliseconds(1)

    /// Whether the other side may send references to code.
    let isInherited: Bool
    /// The longest message that is accepted.
    let limit: Int
    private let carriesDescriptors: Bool
    let input = Mutex(LinkInput())
    /// Whether a message has begun to come over the socket.
    let hasPart = Atomic(false)
    let rest = Mutex(Rest())
    let outbox = Mutex(Outbox())
    private let attached = Latch<ConnectionEnd>()
    /// Says without a lock what `attached` says, because every call asks.
    private let isOpen = Atomic(false)

    /// A link over a connection that there is.
    init(_ end: ConnectionEnd, isInherited: Bool, limit: Int = Connection.standardMaximumLength) {
        self.isInherited = isInherited
        self.limit = limit
        carriesDescriptors = end.carriesDescriptors
        attached.close(end)
        isOpen.store(true, ordering: .releasing)
    }

    /// A link to an address, over a connection that is still to be made.
    init(to address: ListenerAddress, limit: Int = Connection.listenerMaximumLength) {
        isInherited = false
        self.limit = limit
        carriesDescriptors = address.port == nil
    }

    /// The connection, once there is one.
    var end: ConnectionEnd? { attached.value }

    /// Whether there is one.
    var isAttached: Bool { isOpen.load(ordering: .acquiring) }

    /// There is a connection: what was appended before goes over it.
    func attach(_ end: ConnectionEnd) {
        attached.close(end)
        isOpen.store(true, ordering: .releasing)
        flush()
        if outbox.withLock({ $0.isEnded }) { end.shutDown() }
    }

    /// Whether more waits to be sent than a receiver that works would leave.
    var isFull: Bool { outbox.withLock { $0.load > Self.fullLoad } }

    /// The same; if so, the handler is called once, when it is so no longer.
    func isFull(then handler: @escaping @Sendable () -> Void) -> Bool {
        outbox.withLock { outbox in
            guard outbox.load > Self.fullLoad, !outbox.isEnded else { return false }
            outbox.onRelief = handler
            return true
        }
    }

    /// Appends a frame, to be sent with the next flush.
    ///
    /// - Throws: what the body throws; a ``MultiprocessingError`` for descriptors where none can go.
    func append(
        _ kind: ManagerFrame, attachments: [SharedDescriptor] = [],
        _ body: (inout ByteWriter) throws -> Void
    ) throws {
        guard attachments.isEmpty || carriesDescriptors else {
            throw MultiprocessingError(
                .notTransferable,
                "a call holds a handle or a descriptor, which cannot leave the machine; use a managed object there"
            )
        }
        try outbox.withLock { outbox in
            guard !outbox.isEnded else { return }
            if !attachments.isEmpty {
                // Descriptors go with a message of their own, so that their numbers are those of the frame.
                outbox.seal()
                var single = ByteWriter()
                try single.append(kind, body)
                outbox.load += single.count
                outbox.errands.append(
                    .message(OutgoingMessage(single.bytes, descriptors: attachments)))
                return
            }
            let before = outbox.frames.count
            try outbox.frames.append(kind, body)
            outbox.load += outbox.frames.count - before
            if outbox.frames.count > Self.fullMessage { outbox.seal() }
        }
    }

    /// Nothing more is sent, and the other side finds the end.
    func close() {
        let errands = outbox.withLock { outbox in
            outbox.isEnded = true
            outbox.frames = ByteWriter()
            outbox.load = 0
            outbox.onRelief = nil
            return outbox.errands.removeAll()
        }
        withExtendedLifetime(errands) {}
        end?.shutDown()
    }
}
