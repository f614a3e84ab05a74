/// Fields of one value, in the order in which they are written.
struct BinaryKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let sheet: EncodingSheet
    private let frame: Int

    /// A container of a value; one that cannot be opened throws at the first write.
    init(opening sheet: EncodingSheet, frame: Int) {
        self.sheet = sheet
        self.frame = sheet.openKeyed(in: frame) ? frame : EncodingFrame.none
    }

    var codingPath: [any CodingKey] { sheet.page.path }

    func encodeNil(forKey key: Key) throws {
        try sheet.encodeNil(at: .field(key), in: frame)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try sheet.encode(value, at: .field(key), in: frame)
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    func encode<Value: DirectlyCoded>(_ value: Value, forKey key: Key) throws {
        try sheet.encode(value, atField: key.stringValue, in: frame)
    }

    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        guard let value else { return }
        try sheet.encode(value, at: .presentField(key), in: frame)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        let nested = superEncoder(at: key)
        return nested.container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        superEncoder(at: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { superEncoder(at: WireKey.superclass) }

    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(at: key) }

    private func superEncoder(at key: any CodingKey) -> BinaryValueEncoder {
        sheet.nestedEncoder(at: .field(key), in: frame)
    }
}
