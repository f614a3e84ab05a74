import MultiprocessingCore

/// Messages that have arrays among their bytes.
struct LongMessages {
    private var writer = ByteWriter()
    private var inserts: [WireBytes.Insert] = []

    var message: WireBytes { WireBytes(writer.bytes, inserts) }

    mutating func append(_ bytes: [UInt8]) { writer.append(contentsOf: bytes) }

    /// Appends an array that is not copied before the message goes.
    mutating func append<Element>(array: [Element]) {
        if let array = writer.appendHead(of: array, ifAtLeast: 0) {
            inserts.append(WireBytes.Insert(array, at: writer.count))
        }
    }

    /// One with bytes before, between and behind two arrays.
    static let mixed: WireBytes = {
        var messages = LongMessages()
        messages.append([1, 2, 3])
        messages.append(array: (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
        messages.append([4])
        messages.append(array: (0..<100).map { Double($0) / 3 })
        messages.append([5, 6])
        return messages.message
    }()

    /// One that is nothing but an array.
    static func whole<Element>(_ array: [Element]) -> WireBytes {
        var messages = LongMessages()
        messages.append(array: array)
        return messages.message
    }

    /// The bytes of a message in the long form, as they go through a ring.
    static func form(of message: WireBytes, keepsArrays: Bool = true) throws -> [UInt8] {
        let ring = try WorkerSegment.make(ringBytes: 1 << 16).requests
        var writer = FrameWriter(ring)
        writer.enqueueLong(kind: 3, slot: 7, message, keepsArrays: keepsArrays)
        try writer.flush()
        return unsafe Array(try RingReader(ring).available())
    }
}
