/// Elements of one value, in order: values one after another, and runs of numbers side by side.
struct BinaryUnkeyedDecodingContainer: UnkeyedDecodingContainer {
    private let context: DecodingContext
    private let total: Int
    private let end: Int
    private(set) var currentIndex = 0
    /// Where the next element begins.
    private var cursor: Int
    /// The run that the next element belongs to, if it is in one.
    private var run: PackedHeader?
    private var leftInRun = 0

    init(context: DecodingContext, at location: WireValue) throws {
        self.context = context
        var reader = context.session.reader(at: location.body)
        switch location.tag {
        case .unkeyed:
            end = try reader.readLength() + reader.offset
            // An element has at least one byte, so whoever reserves by this count reserves for bytes that exist.
            let count = try reader.read(UInt64.self)
            guard reader.offset <= end, count <= UInt64(end - reader.offset) else {
                throw WireError.truncated
            }
            total = Int(count)
        case .packed:
            let header = try reader.readPackedHeader()
            run = header
            leftInRun = header.count
            total = header.count
            end = reader.offset + header.byteCount
        case .nothing:
            total = 0
            end = reader.offset
        default:
            throw context.mismatch([Any].self, at: location, key: nil)
        }
        cursor = reader.offset
    }

    var codingPath: [any CodingKey] { context.path }
    var count: Int? { total }
    var isAtEnd: Bool { currentIndex >= total }

    mutating func decodeNil() throws -> Bool {
        let element = try next(Any?.self)
        guard element.value.tag == .absent else { return false }
        finish(element)
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let element = try next(type)
        let value = try context.decode(type, at: element.value, key: WireKey.index(currentIndex))
        finish(element)
        return value
    }

    // Also what the protocol wants for each plain type: one generic method fulfils all of them.
    mutating func decode<Value: DirectlyCoded>(_ type: Value.Type) throws -> Value {
        let element = try next(type)
        let value = try context.decodeDirect(type, at: element.value, key: WireKey.index(currentIndex))
        finish(element)
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nested { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try nested { $0 }
    }

    private mutating func nested<Result>(_ open: (BinaryValueDecoder) throws -> Result) throws -> Result {
        let element = try next(Any.self)
        let inner = try DecodingContext(inside: context, key: WireKey.index(currentIndex))
        let result = try open(BinaryValueDecoder(context: inner, location: element.value, owner: Never.self))
        finish(element)
        return result
    }

    // MARK: Going on

    /// An element that has been found; the container stays before it until it has been read.
    private struct Element {
        let value: WireValue
        let next: Int
    }

    private mutating func next(_ type: Any.Type) throws -> Element {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                .init(
                    codingPath: context.path(to: WireKey.index(currentIndex)),
                    debugDescription: "the container has only \(total) elements"))
        }
        if leftInRun == 0 { try openRun() }
        if leftInRun > 0, let run {
            return Element(value: WireValue(run.element, body: cursor), next: cursor + run.size)
        }
        var reader = context.session.reader(at: cursor)
        let value = try reader.readValue()
        try reader.skipBody(of: value.tag)
        guard reader.offset <= end else { throw WireError.truncated }
        return Element(value: value, next: reader.offset)
    }

    private mutating func finish(_ element: Element) {
        cursor = element.next
        currentIndex += 1
        if leftInRun > 0 { leftInRun -= 1 }
    }

    /// Enters a run if one begins here.
    private mutating func openRun() throws {
        var reader = context.session.reader(at: cursor)
        guard try reader.readTag() == .run else { return }
        let header = try reader.readPackedHeader()
        guard header.count > 0, header.count <= total - currentIndex, reader.offset + header.byteCount <= end
        else { throw WireError.malformed("a run that its container has no room for") }
        run = header
        leftInRun = header.count
        cursor = reader.offset
    }
}
