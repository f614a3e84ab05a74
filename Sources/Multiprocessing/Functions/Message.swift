import MultiprocessingCore

/// What is sent to another process: bytes, and the descriptors that the handles among the values hold.
struct MessageWriter {
    var bytes = ByteWriter()
    private(set) var attachments: [SharedDescriptor] = []
    private var inserts: [WireBytes.Insert] = []
    /// Arrays that are at least so many bytes long are not copied before the message goes, but only then.
    var longArrays = Int.max

    init() {}

    /// Starts with memory that served an earlier message.
    init(reusing memory: consuming [UInt8]) {
        bytes = ByteWriter(reusing: memory)
    }

    /// Appends the encoded form of a value.
    mutating func append(encoding value: some Encodable) throws {
        if longArrays < .max, let array = bytes.appendHead(of: value, ifAtLeast: longArrays) {
            return inserts.append(WireBytes.Insert(array, at: bytes.count))
        }
        try BinaryEncoder().encode(value, into: &bytes, attachments: &attachments)
    }

    /// Appends the encoded form of a value, for a recipient that its parts may ask for.
    mutating func append(encoding value: some Encodable, for userInfo: [CodingUserInfoKey: any Sendable])
        throws
    {
        try BinaryEncoder(userInfo: userInfo).encode(value, into: &bytes, attachments: &attachments)
    }

    /// Appends a function; the caller keeps its closure alive meanwhile.
    mutating func append(_ words: FunctionWords) throws {
        try FunctionTransport.encode(words, into: &bytes, attachments: &attachments)
    }

    /// The bytes and what belongs between them.
    var message: WireBytes { WireBytes(bytes.bytes, inserts) }
    var hasLongArrays: Bool { !inserts.isEmpty }
    /// All bytes, those of long arrays among them.
    var count: Int { inserts.reduce(bytes.count) { $0 + $1.array.count } }

    /// How much has been written.
    var mark: Mark { Mark(bytes: bytes.count, attachments: attachments.count, inserts: inserts.count) }

    struct Mark {
        let bytes: Int
        let attachments: Int
        fileprivate let inserts: Int
    }

    /// Takes back what was written after the mark.
    mutating func truncate(to mark: Mark) {
        bytes.truncate(to: mark.bytes)
        inserts.removeSubrange(mark.inserts...)
        attachments.removeSubrange(mark.attachments...)
    }

    /// Starts anew, in the same memory.
    mutating func removeAll() {
        bytes.removeAll()
        if !attachments.isEmpty { attachments = [] }
        if !inserts.isEmpty { inserts = [] }
    }
}

/// What came from another process.
struct MessageReader {
    var bytes: ByteReader
    /// The descriptors that came with the bytes.
    let attachments: [SharedDescriptor]
    /// Arrays that belong between the bytes, in their order, and came as such.
    var arrays: [WireBytes.Insert] = []

    init(_ bytes: ByteReader, attachments: [SharedDescriptor]) {
        self.bytes = bytes
        self.attachments = attachments
    }

    /// Reads the next value.
    mutating func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        if let next = arrays.first, let found = next.value(of: type, at: &bytes) {
            arrays.removeFirst()
            return found
        }
        return try BinaryDecoder.standard.decode(type, from: &bytes, attachments: attachments)
    }

    /// The arguments that are all that is here, as they lie in memory; only for those that a body packs.
    func readPacked<Arguments>() -> Arguments {
        let bytes = unsafe bytes.bytes
        return unsafe withUnsafeTemporaryAllocation(of: Arguments.self, capacity: 1) { place in
            // Plain numbers without gaps: any bits are such, and the pool has written just as many.
            unsafe UnsafeMutableRawBufferPointer(place).copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: bytes[..<min(bytes.count, MemoryLayout<Arguments>.size)]))
            return unsafe place[0]
        }
    }

    /// Reads a function; only for bytes from a channel that was inherited.
    mutating func decodeFunction() throws -> OwnedFunction {
        try FunctionTransport.decode(
            from: &bytes, attachments: attachments, trust: .inheritedChannel, with: .standard)
    }
}

extension BinaryDecoder {
    /// One that also makes the proxies of managed objects.
    static let standard = BinaryDecoder(userInfo: ManagerSystem.decodingInfo)
}
