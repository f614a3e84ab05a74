/// Fields of one value, by key.
struct BinaryKeyedDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: KeyedFields

    private var context: DecodingContext { fields.context }

    var codingPath: [any CodingKey] { context.path }

    var allKeys: [Key] { fields.names.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool {
        fields.look(key.stringValue) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let value = fields.look(key.stringValue) else { throw notFound(key) }
        return value.tag == .absent
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try context.decode(type, at: try value(forKey: key), key: key)
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    func decode<Value: DirectlyCoded>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try context.decodeDirect(type, at: try value(forKey: key), key: key)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let value = fields.take(key.stringValue), value.tag != .absent else { return nil }
        return try context.decode(type, at: try unwrapped(value, if: value.tag.isMark), key: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nestedDecoder(at: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nestedDecoder(at: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try nestedDecoder(at: WireKey.superclass) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try nestedDecoder(at: key) }

    private func nestedDecoder(at key: any CodingKey) throws -> BinaryValueDecoder {
        BinaryValueDecoder(
            context: try DecodingContext(inside: context, key: key), location: try value(forKey: key),
            owner: Never.self)
    }

    private func value(forKey key: any CodingKey) throws -> WireValue {
        guard let value = fields.take(key.stringValue) else { throw notFound(key) }
        return try unwrapped(value, if: value.tag == .present)
    }

    /// What stands behind a mark that says that the value is not absent.
    private func unwrapped(_ value: WireValue, if isMarked: Bool) throws -> WireValue {
        guard isMarked else { return value }
        var reader = context.session.reader(at: value.body)
        return try reader.readValue()
    }

    private func notFound(_ key: any CodingKey) -> DecodingError {
        .keyNotFound(
            key,
            .init(codingPath: context.path, debugDescription: "there is no field '\(key.stringValue)'"))
    }
}
