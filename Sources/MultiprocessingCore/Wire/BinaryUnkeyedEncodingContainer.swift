/// Elements of one value, in order.
struct BinaryUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    private let sheet: EncodingSheet
    private let frame: Int

    /// A container of a value; one that cannot be opened throws at the first write.
    init(opening sheet: EncodingSheet, frame: Int) {
        self.sheet = sheet
        self.frame = sheet.openUnkeyed(in: frame) ? frame : EncodingFrame.none
    }

    var codingPath: [any CodingKey] { sheet.page.path }

    var count: Int { sheet.page.frame.id == frame ? sheet.page.frame.count : 0 }

    func encodeNil() throws {
        try sheet.encodeNil(at: .element, in: frame)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try sheet.encode(value, at: .element, in: frame)
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    func encode<Value: DirectlyCoded>(_ value: Value) throws {
        try sheet.encode(element: value, in: frame)
    }

    /// Plain numbers that lie in one piece, as those of `Data` do, are one copy.
    func encode<Numbers: Sequence>(contentsOf numbers: Numbers) throws where Numbers.Element: PlainNumber {
        let done: Void? = try numbers.withContiguousStorageIfAvailable { try unsafe encodeRun($0) }
        guard done == nil else { return }
        try unsafe Array(numbers).withUnsafeBufferPointer { try unsafe encodeRun($0) }
    }

    private func encodeRun<Number: PlainNumber>(_ numbers: UnsafeBufferPointer<Number>) throws {
        try unsafe sheet.encode(
            runOf: Number.wireTag, count: numbers.count, bytes: UnsafeRawBufferPointer(numbers), in: frame)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nestedEncoder().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        nestedEncoder().unkeyedContainer()
    }

    func superEncoder() -> any Encoder { nestedEncoder() }

    private func nestedEncoder() -> BinaryValueEncoder {
        sheet.nestedEncoder(at: .element, in: frame)
    }
}
