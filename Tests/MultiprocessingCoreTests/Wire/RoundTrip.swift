import MultiprocessingCore
import Testing

/// The bytes of a value.
func encoded<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    var writer = ByteWriter()
    try BinaryEncoder().encode(value, into: &writer)
    return writer.bytes
}

/// Bytes behind a value that should take up all of them.
struct BytesLeftOver: Error {
    var count: Int
}

/// Reads a value that takes up all of the bytes.
func decoded<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try unsafe bytes.withUnsafeBytes { raw in
        var reader = unsafe ByteReader(raw)
        let value = try BinaryDecoder().decode(type, from: &reader)
        guard reader.isAtEnd else { throw BytesLeftOver(count: reader.remaining) }
        return value
    }
}

/// There and back again, between other bytes that must not be touched.
func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    var writer = ByteWriter()
    writer.append(UInt16(0xBEEF))
    try BinaryEncoder().encode(value, into: &writer)
    writer.append(UInt32(0xDEAD_BEEF))
    return try unsafe writer.bytes.withUnsafeBytes { raw in
        var reader = unsafe ByteReader(raw)
        try #require(try reader.read(UInt16.self) == 0xBEEF)
        let value = try BinaryDecoder().decode(Value.self, from: &reader)
        try #require(try reader.read(UInt32.self) == 0xDEAD_BEEF)
        try #require(reader.isAtEnd)
        return value
    }
}

/// Expects that a value survives.
func expectRoundTrip<Value: Codable & Equatable>(
    _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(try roundTrip(value) == value, sourceLocation: sourceLocation)
}
