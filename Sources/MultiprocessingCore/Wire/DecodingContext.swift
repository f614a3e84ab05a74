/// What all containers of one decoding share.
@safe final class DecodingSession {
    let attachments: [SharedDescriptor]
    let limits: DecodingLimits
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// Borrowed from the caller of `decode`, so empty as soon as that returns.
    private var bytes: UnsafeRawBufferPointer

    init(
        bytes: UnsafeRawBufferPointer, attachments: [SharedDescriptor], limits: DecodingLimits,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        unsafe self.bytes = bytes
        self.attachments = attachments
        self.limits = limits
        self.userInfo = userInfo
    }

    /// A reader that starts at an offset; after the end of the decoding one that reads nothing.
    func reader(at offset: Int) -> ByteReader {
        unsafe ByteReader(bytes, at: offset)
    }

    /// Lets go of the bytes: a decoder or container that somebody kept must not see freed memory.
    func end() {
        unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

/// The way to the value that is being read, and the reading of values of any type.
final class DecodingContext {
    let session: DecodingSession
    private(set) var path: [any CodingKey]
    private var depth: Int

    init(session: DecodingSession) {
        self.session = session
        path = []
        depth = 0
    }

    /// A context for a container that is read while its parent goes on.
    init(inside parent: DecodingContext, key: any CodingKey) throws(WireError) {
        session = parent.session
        path = parent.path + [key]
        depth = parent.depth + 1
        guard depth <= session.limits.depth else { throw tooDeep }
    }

    /// Reads a value that needs no container.
    func decodeDirect<Value: DirectlyCoded>(
        _ type: Value.Type, at location: WireValue, key: (any CodingKey)?
    ) throws -> Value {
        var reader = session.reader(at: location.body)
        if let value = try Value.read(location.tag, from: &reader) { return value }
        throw mismatch(type, at: location, key: key)
    }

    /// Reads a value of any type.
    func decode<Value: Decodable>(
        _ type: Value.Type, at location: WireValue, key: (any CodingKey)?
    ) throws -> Value {
        if let direct = DirectTypes.standard.find(type) {
            var reader = session.reader(at: location.body)
            if let value = try direct.read(location.tag, from: &reader, as: type) { return value }
        } else if location.tag == .unkeyed || location.tag == .packed, let data = DataType.find(type) {
            var reader = session.reader(at: location.body)
            if let raw = try unsafe reader.readPacked(location.tag, of: .uint8) {
                return unsafe data.make(from: raw, as: type)
            }
        }
        guard depth < session.limits.depth else { throw tooDeep }
        depth += 1
        let outerPath = path.count
        if let key { path.append(key) }
        defer {
            depth -= 1
            path.removeSubrange(outerPath...)
        }
        return try Value(from: BinaryValueDecoder(context: self, location: location, owner: type))
    }

    /// The error for a value that is well formed but of another type than was asked for.
    func mismatch(_ type: Any.Type, at location: WireValue, key: (any CodingKey)?) -> DecodingError {
        let isAbsent = location.tag.looksAbsent || location.tag == .nothing
        let context = DecodingError.Context(
            codingPath: path(to: key),
            debugDescription: isAbsent
                ? "there is no value where \(type) is expected"
                : "there is a value of kind '\(location.tag)' where \(type) is expected")
        return isAbsent ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func path(to key: (any CodingKey)?) -> [any CodingKey] {
        guard let key else { return path }
        return path + [key]
    }

    private var tooDeep: WireError {
        .tooLarge("a value that is nested more than \(session.limits.depth) deep")
    }
}
