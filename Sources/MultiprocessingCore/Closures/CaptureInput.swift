/// Where captured values are read from.
struct CaptureInput {
    var bytes: ByteReader
    let attachments: [SharedDescriptor]
    let decoder: BinaryDecoder
    let trust: CodeTrust

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.decode(type, from: &bytes, attachments: attachments)
    }

    /// Reads a reference to a type that can be decoded.
    mutating func readCodableType() throws -> any Codable.Type {
        let type = try TypeReference.decode(from: &bytes, trust: trust)
        guard let codable = type as? any Codable.Type else {
            throw WireError.malformed("a captured value of a type that is not Codable")
        }
        return codable
    }
}
