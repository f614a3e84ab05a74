import MultiprocessingCore

/// An end travels as its descriptor, its direction and its limit; one that seals its messages gives its keys along, which
/// makes the end that came the only one that can be used.
extension Connection: Codable {
    private enum CodingKeys: CodingKey {
        case descriptor, isReadable, isWritable, maximumLength, session, framing
    }

    /// Decodes an end from a message of the library's.
    ///
    /// - Parameter decoder: that of the message.
    /// - Throws: a ``MultiprocessingError`` for bytes that are no message of the library's.
    public convenience init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let isReadable = try fields.decode(Bool.self, forKey: .isReadable)
        let isWritable = try fields.decode(Bool.self, forKey: .isWritable)
        let maximumLength = try fields.decode(Int.self, forKey: .maximumLength)
        let session = try fields.decodeIfPresent([UInt8].self, forKey: .session)
        guard let framing = StreamFraming(rawValue: try fields.decode(UInt8.self, forKey: .framing)) else {
            throw MultiprocessingError(.undecodable, "a Connection came that speaks an unknown protocol")
        }
        let index = try fields.decode(Int.self, forKey: .descriptor)
        let descriptor = try decoder.attachment(index, of: "a Connection")
        do {
            let seals = try session.map(FrameSeals.init)
            self.init(
                try ConnectionEnd(
                    descriptor, readable: isReadable, writable: isWritable, framing: framing, seals: seals),
                maximumLength: maximumLength)
        } catch {
            throw MultiprocessingError(.undecodable, "a Connection came without its socket", cause: error)
        }
    }

    /// Sends a copy of the end; this one stays open.
    ///
    /// Of an end that came over TCP with a key only one copy can be used, this one or the other: both count messages.
    ///
    /// - Parameter encoder: that of a message of the library's.
    /// - Throws: a ``MultiprocessingError`` with the code `notTransferable` anywhere else, `closed` after ``close()``.
    public func encode(to encoder: any Encoder) throws {
        let end = try storage.link.end
        let session: [UInt8]?
        do {
            session = try end.seals?.bytes
        } catch {
            throw MultiprocessingError(
                .notTransferable, "a connection cannot leave in the middle of a message")
        }
        let index = try encoder.attach(end.descriptor, of: "a Connection")
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(index, forKey: .descriptor)
        try fields.encode(isReadable, forKey: .isReadable)
        try fields.encode(isWritable, forKey: .isWritable)
        try fields.encode(storage.maximumLength, forKey: .maximumLength)
        try fields.encode(end.framing.rawValue, forKey: .framing)
        try fields.encodeIfPresent(session, forKey: .session)
    }
}
