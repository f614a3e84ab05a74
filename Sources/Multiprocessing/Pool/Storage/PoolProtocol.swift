import MultiprocessingCore

// What a pool and its workers say to each other. Both run the same build, so this has no versions.

/// Messages to a worker.
enum PoolRequest {
    /// `slot` unused; the payload is an identifier, the number of descriptors, and a definition.
    static let define: UInt32 = 1
    /// `slot` unused; the payload is an identifier.
    static let forget: UInt32 = 2
    /// A chunk for the slot.
    static let run: UInt32 = 3
    /// Nothing more comes: leave.
    static let leave: UInt32 = 4
    /// What goes with the chunk of the next `run`.
    static let escort: UInt32 = 5
}

/// Messages from a worker.
enum PoolReply {
    /// The next item of the slot's chunk returned; the payload is its value.
    static let value: UInt32 = 1
    /// The next item of the slot's chunk threw; the payload is its error.
    static let failure: UInt32 = 2
    /// The slot's chunk had been taken back, or was given up because it was cancelled.
    static let vacated: UInt32 = 3
    /// As `value`; the descriptors in it were sent on the channel before.
    static let valueWithDescriptors: UInt32 = 4
}

/// Messages on the channel, past the rings.
enum PoolControl {
    /// An identifier follows: the task that runs this chunk is cancelled.
    static let cancel: UInt8 = 1
    /// Comes with the descriptors of the next message in a ring that has some.
    static let parcel: UInt8 = 2

    static func cancel(_ chunk: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(cancel)
        writer.append(chunk)
        return writer.bytes
    }
}

/// A chunk on its way to a worker: a header and the encoded arguments of its items, each with its length.
struct ChunkPayload {
    static let headerSize = 24

    private var message: MessageWriter
    private(set) var count = 0

    init(chunk id: UInt64, definition: UInt64, isTimed: Bool, memory: [UInt8] = []) {
        message = MessageWriter(reusing: memory)
        message.bytes.append(definition)
        message.bytes.append(id)
        message.bytes.append(UInt32(0))
        message.bytes.append(UInt16(isTimed ? 1 : 0))
        message.bytes.append(UInt16(0))
    }

    var bytes: [UInt8] { message.bytes.bytes }
    var attachments: [SharedDescriptor] { message.attachments }

    /// Appends an item, which `encode` writes.
    mutating func append(_ encode: (inout MessageWriter) throws -> Void) throws {
        let start = message.mark
        message.bytes.append(UInt64(0))
        do {
            try encode(&message)
        } catch {
            // The half of the item that was written goes.
            message.truncate(to: start)
            throw error
        }
        message.bytes.overwrite(at: start.bytes, with: UInt64(message.bytes.count - start.bytes - 8))
        count += 1
        message.bytes.overwrite(at: 16, with: UInt32(count))
        if message.attachments.count > start.attachments {
            message.bytes.overwrite(at: 22, with: UInt16(message.attachments.count))
        }
    }

    /// The same chunk without its first items.
    static func dropping(_ items: Int, of payload: [UInt8], count: Int) -> [UInt8] {
        var offset = headerSize
        unsafe payload.withUnsafeBytes { bytes in
            for _ in 0..<items {
                offset += 8 + Int(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
        }
        var rest = ByteWriter()
        rest.append(contentsOf: Array(payload[..<headerSize]))
        rest.append(contentsOf: Array(payload[offset...]))
        rest.overwrite(at: 16, with: UInt32(count - items))
        return rest.bytes
    }
}
