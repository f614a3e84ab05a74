import MultiprocessingCore
import Synchronization

/// One end of the way between a manager and a client: puts frames together into messages, and never waits.
///
/// What cannot be sent at once is sent by the poller, as soon as there is space.
final class ManagerLink: Sendable {
    private struct Outbox {
        /// Frames that are not a message yet.
        var frames = ByteWriter()
        var messages = FIFO<OutgoingMessage>()
        /// Whether somebody sends, who takes what is added meanwhile.
        var isSending = false
        /// Bytes that were added and not sent.
        var load = 0
        /// Called when there are few of them again.
        var onRelief: (@Sendable () -> Void)?
        var isEnded = false

        mutating func seal() {
            guard frames.count > 0 else { return }
            messages.append(OutgoingMessage(frames.bytes))
            frames = ByteWriter()
        }
    }

    /// A message grows to this length before it is sent for itself; it is one packet then.
    private static let fullMessage = 32 << 10
    private static let fullLoad = 64 << 20
    /// The system may have room again after this time; nothing tells when.
    private static let retryTime = Duration.milliseconds(1)

    /// Whether the other side may send references to code.
    let isInherited: Bool
    /// The longest message that is accepted.
    let limit: Int
    private let carriesDescriptors: Bool
    private let outbox = Mutex(Outbox())
    private let attached = Latch<ConnectionEnd>()

    /// A link over a connection that there is.
    init(_ end: ConnectionEnd, isInherited: Bool, limit: Int = Connection.standardMaximumLength) {
        self.isInherited = isInherited
        self.limit = limit
        carriesDescriptors = end.carriesDescriptors
        attached.close(end)
    }

    /// A link to an address, over a connection that is still to be made.
    init(to address: ListenerAddress, limit: Int = Connection.listenerMaximumLength) {
        isInherited = false
        self.limit = limit
        carriesDescriptors = address.port == nil
    }

    /// The connection, once there is one.
    var end: ConnectionEnd? { attached.value }

    /// There is a connection: what was appended before goes over it.
    func attach(_ end: ConnectionEnd) {
        attached.close(end)
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
                outbox.messages.append(OutgoingMessage(single.bytes, descriptors: attachments))
                return
            }
            let before = outbox.frames.count
            try outbox.frames.append(kind, body)
            outbox.load += outbox.frames.count - before
            if outbox.frames.count > Self.fullMessage { outbox.seal() }
        }
    }

    /// Sends what was appended, as far as there is space.
    func flush() {
        guard let end else { return }
        while true {
            let (message, relief) = outbox.withLock { outbox -> (OutgoingMessage?, (@Sendable () -> Void)?) in
                guard !outbox.isSending, !outbox.isEnded else { return (nil, nil) }
                if outbox.messages.isEmpty { outbox.seal() }
                guard let message = outbox.messages.popFirst() else { return (nil, nil) }
                outbox.load -= message.range.count
                outbox.isSending = true
                return (message, outbox.load <= Self.fullLoad / 2 ? outbox.onRelief.take() : nil)
            }
            relief?()
            guard let message, begin(message, end) else { return }
            outbox.withLock { $0.isSending = false }
        }
    }

    /// Whether the message was sent; else somebody goes on with it.
    private func begin(_ message: OutgoingMessage, _ end: ConnectionEnd) -> Bool {
        do {
            try end.sender.withLock { sender throws(TransportFailure) in try sender.begin(message) }
            return try push(message, end)
        } catch {
            return failed(error, message, end)
        }
    }

    private func push(_ message: OutgoingMessage, _ end: ConnectionEnd) throws(TransportFailure) -> Bool {
        let step = try end.sender.withLock { sender throws(TransportFailure) in try sender.send() }
        if case .done = step { return true }
        for point in end.sender.withLock({ $0.waitPoints }) {
            do throws(SystemError) {
                _ = try point.interest.await(point.direction) { [self] in goOn(message, end) }
            } catch {
                throw .system(error)
            }
        }
        return false
    }

    /// On the poller's thread: there may be space.
    private func goOn(_ message: OutgoingMessage, _ end: ConnectionEnd) {
        do {
            guard try push(message, end) else { return }
        } catch {
            guard failed(error, message, end) else { return }
        }
        outbox.withLock { $0.isSending = false }
        flush()
    }

    /// Tries again later what only lacks room; gives everything else up, and the other side's end says the rest.
    private func failed(
        _ failure: TransportFailure, _ message: OutgoingMessage, _ end: ConnectionEnd
    ) -> Bool {
        if case .system(let error) = failure, error.isShortage {
            Poller.shared.schedule(at: .after(Self.retryTime)) { [self] in
                guard begin(message, end) else { return }
                outbox.withLock { $0.isSending = false }
                flush()
            }
            return false
        }
        close()
        return false
    }

    /// The next message that has come; nil when there is none.
    func receive() throws(TransportFailure) -> IncomingMessage? {
        guard let end else { return nil }
        let step = try end.receiver.withLock { receiver throws(TransportFailure) in
            let step = try receiver.receive(limit: limit)
            return step
        }
        if case .done(let message) = step { return message }
        return nil
    }

    /// Nothing more is sent, and the other side finds the end.
    func close() {
        let messages = outbox.withLock { outbox in
            outbox.isEnded = true
            outbox.frames = ByteWriter()
            outbox.load = 0
            outbox.onRelief = nil
            return outbox.messages.removeAll()
        }
        withExtendedLifetime(messages) {}
        end?.shutDown()
    }
}
