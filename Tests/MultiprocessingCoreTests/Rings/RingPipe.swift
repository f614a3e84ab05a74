import MultiprocessingCore

/// A message as the tests compare it.
struct Frame: Hashable, Sendable {
    var kind: UInt32
    var slot: UInt32
    var bytes: [UInt8]
}

/// Both ends of one ring in one process: what the tests write and read with.
///
/// A class, because expectations cannot look into what is not copyable.
final class RingPipe {
    static let capacity = 4096
    let ring: Ring
    var writer: FrameWriter
    var reader: FrameReader

    init(limit: UInt64 = 1 << 40) throws {
        ring = try WorkerSegment.make(ringBytes: Self.capacity).requests
        writer = FrameWriter(ring)
        reader = FrameReader(ring, limit: limit)
    }

    var hasBytes: Bool { reader.hasBytes }
    var isFlushed: Bool { writer.isFlushed }
    var isDrained: Bool { writer.isDrained }

    func send(_ frame: Frame) throws {
        try writer.send(kind: frame.kind, slot: frame.slot, frame.bytes)
    }

    /// The next message that is whole, nil without one.
    func receive() throws -> Frame? {
        var frame: Frame?
        _ = try reader.next { header, bytes in
            frame = Frame(kind: header.kind, slot: header.slot, bytes: Array(bytes))
        }
        return frame
    }

    /// Lets the writer and the reader take turns until a message is whole; nil when both have no more to do.
    func receiveInTurns() throws -> Frame? {
        while true {
            if let frame = try receive() { return frame }
            guard !isFlushed else { return nil }
            try writer.flush()
        }
    }
}
