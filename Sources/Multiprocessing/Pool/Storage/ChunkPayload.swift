import MultiprocessingCore

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
    /// The pool may take back, while the chunk runs, what has not begun; the beginning of each item is written down.
    static let divisible = ChunkForm(rawValue: 32)
}

/// A chunk on its way to a worker: a header and the arguments of its items.
struct ChunkPayload {
    static let headerSize = 32
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

    /// The same chunk with some of its items only, and by another number if it gets one.
    static func cutting(_ items: Range<Int>, of payload: WireBytes, count: Int, as id: UInt64? = nil)
        -> WireBytes
    {
        let payload = payload.flattened
        let start = offset(of: items.lowerBound, in: payload, count: count)
        let end = offset(of: items.upperBound, in: payload, count: count)
        var rest = ByteWriter()
        rest.append(contentsOf: Array(payload[..<headerSize]))
        rest.append(contentsOf: Array(payload[start..<end]))
        if let id { rest.overwrite(at: 8, with: id) }
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
