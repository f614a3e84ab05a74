/// The decoder that one value sees; three words, so that it fits into an existential.
struct BinaryValueDecoder: AttachingDecoder {
    let context: DecodingContext
    let location: WireValue
    /// The type whose `init(from:)` runs.
    let owner: Any.Type

    var codingPath: [any CodingKey] { context.path }

    var userInfo: [CodingUserInfoKey: Any] { context.session.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(
            BinaryKeyedDecodingContainer<Key>(fields: try KeyedFields(context: context, at: location)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try BinaryUnkeyedDecodingContainer(context: context, at: location)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func attachment(at index: Int) throws -> SharedDescriptor {
        let attachments = context.session.attachments
        guard attachments.indices.contains(index) else {
            throw WireError.malformed("file descriptor \(index) of a message with \(attachments.count)")
        }
        return attachments[index]
    }
}

extension BinaryValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        location.tag == .absent
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // `Optional` reads what it is around as a single value: take off the mark that it is not absent.
        if location.tag == .some, isOptional(owner) {
            var reader = context.session.reader(at: location.body)
            return try context.decode(type, at: try reader.readValue(), key: nil)
        }
        return try context.decode(type, at: location, key: nil)
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    func decode<Value: DirectlyCoded>(_ type: Value.Type) throws -> Value {
        try context.decodeDirect(type, at: location, key: nil)
    }
}
