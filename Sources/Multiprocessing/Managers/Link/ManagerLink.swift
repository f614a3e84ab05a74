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
        var isEnded = false

        mutating func seal() {
            guard frames.count > 0 else { return }
            messages.append(OutgoingMessage(frames.bytes))
            frames = ByteWriter()
        }
    }

    /// A message grows to this length before it is sent for itself; it is one packet then.
    private static let fullMessage = 32 << 10
    /// The system may have room again after this time; nothing tells when.
    private static let retryTime = Duration.milliseconds(1)

    let end: ConnectionEnd
    /// Whether the other side may send references to code.
    let isInherited: Bool
    /// The longest message that is accepted.
    let limit: Int
    private let outbox = Mutex(Outbox())

    init(_ end: ConnectionEnd, isInherited: Bool, limit: Int = Connection.standardMaximumLength) {
        self.end = end
        self.isInherited = isInherited
        self.limit = limit
    }

    /// Bytes that wait to be sent.
    var load: Int { outbox.withLock { $0.load } }

    /// Appends a frame, to be sent with the next flush.
    ///
    /// - Throws: what the body throws; a ``MultiprocessingError`` for descriptors where none can go.
    func append(
        _ kind: ManagerFrame, attachments: [SharedDescriptor] = [],
        _ body: (inout ByteWriter) throws -> Void
    ) throws {
        guard attachments.isEmpty || end.carriesDescriptors else {
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
        while true {
            let message = outbox.withLock { outbox -> OutgoingMessage? in
                guard !outbox.isSending, !outbox.isEnded else { return nil }
                if outbox.messages.isEmpty { outbox.seal() }
                guard let message = outbox.messages.popFirst() else { return nil }
                outbox.load -= message.range.count
                outbox.isSending = true
                return message
            }
            guard let message, begin(message) else { return }
            outbox.withLock { $0.isSending = false }
        }
    }

    /// Whether the message was sent; else somebody goes on with it.
    private func begin(_ message: OutgoingMessage) -> Bool {
        do {
            try end.sender.withLock { sender throws(TransportFailure) in try sender.begin(message) }
            return try push(message)
        } catch {
            return failed(error, message)
        }
    }

    private func push(_ message: OutgoingMessage) throws(TransportFailure) -> Bool {
        let step = try end.sender.withLock { sender throws(TransportFailure) in try sender.send() }
        if case .done = step { return true }
        for point in end.sender.withLock({ $0.waitPoints }) {
            do throws(SystemError) {
                _ = try point.interest.await(point.direction) { [self] in goOn(message) }
            } catch {
                throw .system(error)
            }
        }
        return false
    }

    /// On the poller's thread: there may be space.
    private func goOn(_ message: OutgoingMessage) {
        do {
            guard try push(message) else { return }
        } catch {
            guard failed(error, message) else { return }
        }
        outbox.withLock { $0.isSending = false }
        flush()
    }

    /// Tries again later what only lacks room; gives everything else up, and the other side's end says the rest.
    private func failed(_ failure: TransportFailure, _ message: OutgoingMessage) -> Bool {
        if case .system(let error) = failure, error.isShortage {
            Poller.shared.schedule(at: .after(Self.retryTime)) { [self] in
                guard begin(message) else { return }
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
            return outbox.messages.removeAll()
        }
        withExtendedLifetime(messages) {}
        end.shutDown()
    }
}
