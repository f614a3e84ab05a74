import MultiprocessingCore

extension ByteWriter {
    /// Appends the encoded form of a value.
    mutating func append(encoding value: some Encodable) throws {
        try BinaryEncoder().encode(value, into: &self)
    }
}

extension ByteReader {
    /// Reads the next value.
    mutating func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try BinaryDecoder.standard.decode(type, from: &self)
    }
}
