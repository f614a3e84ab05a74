import MultiprocessingCore

// What a pool and its workers say to each other. Both run the same build, so this has no versions.

/// Messages to a worker.
enum PoolRequest {
    /// `slot` unused; the payload is an identifier, the number of descriptors, and a definition.
    static let define: UInt32 = 1
    /// `slot` unused; the payload is an identifier.
    static let forget: UInt32 = 2
    /// As `define`, except that the first descriptor's file has all of that, and here is its length.
    static let defineShared: UInt32 = 14
    /// A chunk for the slot.
    static let run: UInt32 = 3
    /// Nothing more comes: leave.
    static let leave: UInt32 = 4
    /// The first message: `slot` unused; the payload is the initializer, as a `WorkerHook`.
    static let begin: UInt32 = 10
    /// What to do before leaving: `slot` unused; the payload is a `WorkerHook`.
    static let finalizer: UInt32 = 11
    /// `slot` unused; the payload is the semaphore of a budget, in the form of a `WorkerHook`.
    static let budget: UInt32 = 13
    /// What goes with the chunk of the next `run`.
    static let escort: UInt32 = 12
    /// Here is memory for long messages; its descriptor comes on the channel, the answer is `bulkOpened`.
    static let openBulk: UInt32 = 5
    /// They do not any more; the worker answers `bulkClosed`.
    static let closeBulk: UInt32 = 6
    /// The next message of the long ring.
    static let bulk: UInt32 = 7
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
    /// The initializer is through, or there is none.
    static let ready: UInt32 = 10
    /// The initializer threw; the payload is its error.
    static let refused: UInt32 = 11
    /// The next items of the slot's chunk returned; the payload is a `RunHeader` and their values, side by side.
    static let run: UInt32 = 5
    /// As `failure`, from a thread of this process: the error itself lies on its desk.
    static let ownFailure: UInt32 = 12
    /// The next message of the long ring, which is a `value`.
    static let bulk: UInt32 = 6
    /// The long rings can be used from now on.
    static let bulkOpened: UInt32 = 7
    /// No message comes through the long ring, any more or at all.
    static let bulkClosed: UInt32 = 8
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

/// What a worker has to know about a chunk's form.
struct ChunkForm: OptionSet {
    let rawValue: UInt16

    /// The beginning of each item is written down.
    static let timed = ChunkForm(rawValue: 1)
    /// The arguments lie side by side, as in memory; else each is encoded, behind its length.
    static let packed = ChunkForm(rawValue: 2)
    /// The worker says in the end how long the chunk has taken.
    static let measured = ChunkForm(rawValue: 4)
    /// Nobody waits for the results of this chunk alone: the pool need not be woken if the call's next chunk follows.
    static let quiet = ChunkForm(rawValue: 8)
    /// Nobody waits for the value of one item alone: values may be handed over together.
    static let collected = ChunkForm(rawValue: 16)
}

/// A chunk on its way to a worker: a header and the arguments of its items.
struct ChunkPayload {
    static let headerSize = 32
    /// Where in the header the number of the call is.
    static let callOffset = 24
    private static let usualSize = 64

    private var message: MessageWriter
    private(set) var count = 0
    private let definition: UInt64
    private let call: UInt64
    private let form: ChunkForm

    init(chunk id: UInt64, of call: UInt64, definition: UInt64, form: ChunkForm, memory: [UInt8] = []) {
        self.definition = definition
        self.call = call
        self.form = form
        message = MessageWriter(reusing: memory)
        message.longArrays = BulkMemory.threshold
        // So that a short chunk is allocated once.
        message.bytes.reserve(Self.usualSize)
        message.bytes.append(definition)
        message.bytes.append(id)
        message.bytes.append(UInt32(0))
        message.bytes.append(form.rawValue)
        message.bytes.append(UInt16(0))
        message.bytes.append(call)
    }

    var bytes: WireBytes { message.message }
    var attachments: [SharedDescriptor] { message.attachments }
    /// Bytes so far.
    var size: Int { message.count }

    /// The beginning of another chunk of the same call.
    func successor(chunk id: UInt64, memory: [UInt8] = []) -> ChunkPayload {
        ChunkPayload(chunk: id, of: call, definition: definition, form: form, memory: memory)
    }

    /// Appends an item, which `encode` writes.
    mutating func append(_ encode: (inout MessageWriter) throws -> Void) throws {
        let start = message.mark
        let size = message.count
        message.bytes.append(UInt64(0))
        do {
            try encode(&message)
        } catch {
            // The half of the item that was written goes.
            message.truncate(to: start)
            throw error
        }
        message.bytes.overwrite(at: start.bytes, with: UInt64(message.count - size - 8))
        count += 1
        message.bytes.overwrite(at: 16, with: UInt32(count))
        if message.attachments.count > start.attachments {
            message.bytes.overwrite(at: 22, with: UInt16(message.attachments.count))
        }
    }

    /// Appends arguments that lie side by side.
    mutating func append(packed bytes: UnsafeRawBufferPointer, count more: Int) {
        unsafe message.bytes.append(contentsOf: bytes)
        count += more
        message.bytes.overwrite(at: 16, with: UInt32(count))
    }

    /// The same chunk with some of its items only.
    static func cutting(_ items: Range<Int>, of payload: WireBytes, count: Int) -> WireBytes {
        let payload = payload.flattened
        let start = offset(of: items.lowerBound, in: payload, count: count)
        let end = offset(of: items.upperBound, in: payload, count: count)
        var rest = ByteWriter()
        rest.append(contentsOf: Array(payload[..<headerSize]))
        rest.append(contentsOf: Array(payload[start..<end]))
        rest.overwrite(at: 16, with: UInt32(items.count))
        return WireBytes(rest.bytes)
    }

    /// Where an item begins, or where the last one ends.
    private static func offset(of item: Int, in payload: [UInt8], count: Int) -> Int {
        if item == count { return payload.count }
        var offset = headerSize
        unsafe payload.withUnsafeBytes { bytes in
            let form = ChunkForm(rawValue: unsafe bytes.loadUnaligned(fromByteOffset: 20, as: UInt16.self))
            if form.contains(.packed) {
                offset += item * ((payload.count - headerSize) / count)
                return
            }
            for _ in 0..<item {
                offset += 8 + Int(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
        }
        return offset
    }
}
