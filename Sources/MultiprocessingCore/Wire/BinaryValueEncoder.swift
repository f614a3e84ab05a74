/// The encoder that one value sees.
struct BinaryValueEncoder: AttachingEncoder {
    let sheet: EncodingSheet
    let frame: Int

    var codingPath: [any CodingKey] { sheet.page.path }

    var userInfo: [CodingUserInfoKey: Any] { sheet.session.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(BinaryKeyedEncodingContainer<Key>(opening: sheet, frame: frame))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        BinaryUnkeyedEncodingContainer(opening: sheet, frame: frame)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func attach(_ descriptor: SharedDescriptor) throws -> Int {
        try sheet.session.attach(descriptor)
    }
}

extension BinaryValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws {
        try sheet.encodeNil(at: .single, in: frame)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try sheet.encode(value, at: .single, in: frame)
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    func encode<Value: DirectlyCoded>(_ value: Value) throws {
        try sheet.encode(singleValue: value, in: frame)
    }
}
