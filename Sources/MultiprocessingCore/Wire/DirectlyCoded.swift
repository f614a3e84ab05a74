/// A type that goes between memory and bytes without `Encoder`, `Decoder` or a container.
protocol DirectlyCoded: Codable, Sendable {
    /// How values lie side by side; nil for types whose bytes are not all that they are.
    static var packedLayout: PackedLayout? { get }

    /// The type itself if it is an array of plain numbers.
    static var plainArray: (any PlainArray.Type)? { get }

    /// Appends a tag and the value.
    func write(to writer: inout ByteWriter)

    /// Whether the value behind a tag is of this type.
    ///
    /// A question of its own: an optional result would cost a search for its type in code for any type.
    static func matches(_ tag: WireTag, in body: ByteReader) -> Bool

    /// Reads the value behind a tag that matches.
    static func read(_ tag: WireTag, from body: inout ByteReader) throws(WireError) -> Self
}

extension DirectlyCoded {
    static var packedLayout: PackedLayout? { nil }
    static var plainArray: (any PlainArray.Type)? { nil }
}

/// A number or a Boolean: its bytes are the value, and arrays of it are one copy.
protocol PlainNumber: DirectlyCoded, BitwiseCopyable {
    static var wireTag: WireTag { get }

    /// Whether these bytes are values of the type.
    static func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool
}

extension PlainNumber {
    static var packedLayout: PackedLayout? { PackedLayout(spacing: MemoryLayout<Self>.size) }

    static func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool { true }

    func write(to writer: inout ByteWriter) {
        writer.append(Self.wireTag)
        writer.append(self)
    }

    static func matches(_ tag: WireTag, in body: ByteReader) -> Bool { tag == wireTag }

    static func read(_ tag: WireTag, from body: inout ByteReader) throws(WireError) -> Self {
        try body.read(Self.self)
    }
}

extension Bool: PlainNumber {
    static var wireTag: WireTag { .bool }
    static var packedLayout: PackedLayout? { PackedLayout(spacing: 1, judge: Self.self) }

    static func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Without an early exit, so that many bytes are looked at in one step.
        unsafe bytes.reduce(0, |) <= 1
    }

    static func read(_ tag: WireTag, from body: inout ByteReader) throws(WireError) -> Bool {
        switch try body.read(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw .malformed("a Boolean that is neither 0 nor 1")
        }
    }
}

extension Int: PlainNumber { static var wireTag: WireTag { .int } }
extension Int8: PlainNumber { static var wireTag: WireTag { .int8 } }
extension Int16: PlainNumber { static var wireTag: WireTag { .int16 } }
extension Int32: PlainNumber { static var wireTag: WireTag { .int32 } }
extension Int64: PlainNumber { static var wireTag: WireTag { .int64 } }
extension Int128: PlainNumber { static var wireTag: WireTag { .int128 } }
extension UInt: PlainNumber { static var wireTag: WireTag { .uint } }
extension UInt8: PlainNumber { static var wireTag: WireTag { .uint8 } }
extension UInt16: PlainNumber { static var wireTag: WireTag { .uint16 } }
extension UInt32: PlainNumber { static var wireTag: WireTag { .uint32 } }
extension UInt64: PlainNumber { static var wireTag: WireTag { .uint64 } }
extension UInt128: PlainNumber { static var wireTag: WireTag { .uint128 } }
extension Float16: PlainNumber { static var wireTag: WireTag { .float16 } }
extension Float: PlainNumber { static var wireTag: WireTag { .float } }
extension Double: PlainNumber { static var wireTag: WireTag { .double } }

extension String: DirectlyCoded {
    func write(to writer: inout ByteWriter) {
        writer.append(.string)
        writer.append(text: self)
    }

    static func matches(_ tag: WireTag, in body: ByteReader) -> Bool { tag == .string }

    static func read(_ tag: WireTag, from body: inout ByteReader) throws(WireError) -> String {
        try body.readText(try body.readShortLength())
    }
}
