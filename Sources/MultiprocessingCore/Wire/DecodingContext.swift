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
    private var trail: Trail

    /// A struct inside the class, so that going down and up again are one access each.
    private struct Trail {
        var path: [any CodingKey]
        var depth: Int

        /// Goes one value down and gives the length of the path so far, or nil if it is too deep.
        mutating func descend(_ key: (any CodingKey)?, limit: Int) -> Int? {
            guard depth < limit else { return nil }
            depth += 1
            let length = path.count
            if let key { path.append(key) }
            return length
        }

        mutating func ascend(to length: Int) {
            depth -= 1
            if path.count > length { path.removeSubrange(length...) }
        }
    }

    init(session: DecodingSession) {
        self.session = session
        trail = Trail(path: [], depth: 0)
    }

    var path: [any CodingKey] { trail.path }

    /// A context for a container that is read while its parent goes on.
    init(inside parent: DecodingContext, key: any CodingKey) throws(WireError) {
        session = parent.session
        trail = parent.trail
        guard trail.descend(key, limit: session.limits.depth) != nil else { throw tooDeep }
    }

    /// Reads a value that needs no container.
    func decodeDirect<Value: DirectlyCoded>(
        _ type: Value.Type, at location: WireValue, key: (any CodingKey)?
    ) throws -> Value {
        var reader = session.reader(at: location.body)
        guard Value.matches(location.tag, in: reader) else { throw mismatch(type, at: location, key: key) }
        return try Value.read(location.tag, from: &reader)
    }

    /// Reads a value of any type.
    func decode<Value: Decodable>(
        _ type: Value.Type, at location: WireValue, key: (any CodingKey)?
    ) throws -> Value {
        if let direct = DirectTypes.standard.find(type) {
            var reader = session.reader(at: location.body)
            if direct.matches(location.tag, in: reader) {
                return try direct.read(location.tag, from: &reader, as: type)
            }
        } else if location.tag == .unkeyed || location.tag == .packed, let data = DataType.find(type) {
            var reader = session.reader(at: location.body)
            if reader.isPacked(location.tag, of: .uint8) {
                return try unsafe data.make(from: reader.readPacked(location.tag), as: type)
            }
        }
        guard let length = trail.descend(key, limit: session.limits.depth) else { throw tooDeep }
        defer { trail.ascend(to: length) }
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
