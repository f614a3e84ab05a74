/// Reads what `BinaryEncoder` wrote, and refuses everything else with an error.
///
/// Bytes that no encoder writes are a `WireError`. Values that are well formed but not what was asked for
/// are the standard `DecodingError`s, with the path to them.
package struct BinaryDecoder: Sendable {
    package var limits: DecodingLimits

    /// What `init(from:)` finds in its decoder's `userInfo`.
    package var userInfo: [CodingUserInfoKey: any Sendable]

    package init(limits: DecodingLimits = DecodingLimits(), userInfo: [CodingUserInfoKey: any Sendable] = [:])
    {
        self.limits = limits
        self.userInfo = userInfo
    }

    /// Reads the next value and leaves the reader exactly behind it.
    ///
    /// - Parameters:
    ///   - type: What the value is.
    ///   - reader: Where the value begins; not moved if reading fails.
    ///   - attachments: The descriptors that came with the message.
    /// - Returns: The value.
    /// - Throws: `WireError`, `DecodingError`, and what the `init(from:)` of the types throws.
    package func decode<Value: Decodable>(
        _ type: Value.Type, from reader: inout ByteReader, attachments: [SharedDescriptor] = []
    ) throws -> Value {
        var rest = reader
        let location = try rest.readValue()
        if let direct = DirectTypes.standard.find(type) {
            if direct.matches(location.tag, in: rest) {
                let value = try direct.read(location.tag, from: &rest, as: type)
                reader = rest
                return value
            }
        }
        try rest.skipBody(of: location.tag)
        let session = unsafe DecodingSession(
            bytes: reader.bytes, attachments: attachments, limits: limits, userInfo: userInfo)
        defer { session.end() }
        let value = try DecodingContext(session: session).decode(type, at: location, key: nil)
        reader = rest
        return value
    }
}
