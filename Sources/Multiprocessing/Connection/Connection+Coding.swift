import MultiprocessingCore

/// An end travels as its descriptor and its direction.
extension Connection: Codable {
    private enum CodingKeys: CodingKey {
        case descriptor, isReadable, isWritable
    }

    /// Decodes an end from a message of the library's.
    ///
    /// - Parameter decoder: that of the message.
    /// - Throws: a ``MultiprocessingError`` for bytes that are no message of the library's.
    public convenience init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let isReadable = try fields.decode(Bool.self, forKey: .isReadable)
        let isWritable = try fields.decode(Bool.self, forKey: .isWritable)
        let index = try fields.decode(Int.self, forKey: .descriptor)
        let descriptor = try decoder.attachment(index, of: "a Connection")
        do {
            self.init(try ConnectionEnd(descriptor, readable: isReadable, writable: isWritable))
        } catch {
            throw MultiprocessingError(.undecodable, "a Connection came without its socket", cause: error)
        }
    }

    /// Sends a copy of the end; this one stays open.
    ///
    /// - Parameter encoder: that of a message of the library's.
    /// - Throws: a ``MultiprocessingError`` with the code `notTransferable` anywhere else, `closed` after ``close()``.
    public func encode(to encoder: any Encoder) throws {
        let index = try encoder.attach(storage.link.end.descriptor, of: "a Connection")
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(index, forKey: .descriptor)
        try fields.encode(isReadable, forKey: .isReadable)
        try fields.encode(isWritable, forKey: .isWritable)
    }
}
