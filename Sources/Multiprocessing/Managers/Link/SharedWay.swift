import MultiprocessingCore
import Synchronization

/// Memory by which the two ends of a link exchange messages without the kernel.
///
/// What does not fit, because it is long or has descriptors, goes over the socket, and a mark here says when it is its
/// turn. Whoever sleeps says so here, and is woken by an empty message over the socket.
final class SharedWay: Sendable {
    /// What became of a message that was to be sent.
    enum Sending {
        case sent
        /// There is no room now.
        case full
        /// It has to go over the socket, now.
        case elsewhere
    }

    /// What has come.
    enum Receipt {
        case nothing
        case message([UInt8])
        /// The next message comes over the socket.
        case elsewhere
    }

    /// Bytes of each of the two rings.
    static let ringBytes = 128 << 10
    /// A longer message does not fit as a whole.
    private static let longestMessage = ringBytes / 2 - 64
    private static let message: UInt32 = 1
    private static let mark: UInt32 = 2

    private let outgoing: Ring
    private let incoming: Ring
    private let writer: Mutex<FrameWriter>
    private let reader: Mutex<FrameReader>

    /// The way of one end.
    ///
    /// - Parameters:
    ///   - segment: the memory.
    ///   - isServer: which of the two ends it is.
    init(_ segment: WorkerSegment, isServer: Bool) {
        outgoing = isServer ? segment.replies : segment.requests
        incoming = isServer ? segment.requests : segment.replies
        writer = Mutex(FrameWriter(outgoing))
        reader = Mutex(FrameReader(incoming, limit: UInt64(Self.ringBytes)))
    }

    /// Sends a message, without waking anybody.
    func send(_ message: OutgoingMessage) throws(RingCorruption) -> Sending {
        try writer.withLock { writer throws(RingCorruption) in
            let isWhole = message.descriptors.isEmpty && message.range.count <= Self.longestMessage
            let isWritten = try message.bytes.span.bytes.withUnsafeBytes { bytes throws(RingCorruption) in
                let part = UnsafeRawBufferPointer(rebasing: bytes[isWhole ? message.range : 0..<0])
                return try writer.writeIfFits(kind: isWhole ? Self.message : Self.mark, slot: 0, part)
            }
            guard isWritten else { return .full }
            writer.publish()
            return isWhole ? .sent : .elsewhere
        }
    }

    /// Whether the other side sleeps; the question takes that away, so the caller wakes it.
    func takeSleeper() -> Bool { outgoing.takeReader() }

    /// Takes what has come.
    func receive() throws(RingCorruption) -> Receipt {
        try reader.withLock { reader throws(RingCorruption) in
            guard reader.hasBytes else { return .nothing }
            var receipt = Receipt.nothing
            var isStrange = false
            // The bytes are copied before anybody looks at them: the other side can still change them.
            _ = try reader.next { frame, bytes in
                switch frame.kind {
                case Self.message: receipt = .message(Array(bytes))
                case Self.mark: receipt = .elsewhere
                default: isStrange = true
                }
            }
            if isStrange { throw RingCorruption() }
            return receipt
        }
    }

    /// Says that this side is about to sleep until a message wakes it; returns whether something has come after all.
    func announceSleep() -> Bool {
        incoming.announceReader()
        return reader.withLock { $0.hasBytes }
    }
}
