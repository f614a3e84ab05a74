/// Turns values into the bytes that two processes of one program exchange.
///
/// The form is private to one build of one program: fields have names, but nothing says which version of a
/// type was written. Every value carries a tag, so that reading it as another type is an error, also as a
/// number of another width. A field that is written twice is there twice, and reading it finds one of them.
package struct BinaryEncoder: Sendable {
    /// What `encode(to:)` finds in its encoder's `userInfo`.
    package var userInfo: [CodingUserInfoKey: any Sendable]

    /// How many values may lie one inside the other; deeper ones are an error before the stack ends.
    package var depthLimit: Int

    package init(
        userInfo: [CodingUserInfoKey: any Sendable] = [:], depthLimit: Int = DecodingLimits.standardDepth
    ) {
        self.userInfo = userInfo
        self.depthLimit = depthLimit
    }

    /// How values of a type are written that need no code of theirs and hold nothing but themselves; nil for others.
    package static func directForm<Value>(of type: Value.Type) -> DirectForm<Value>? {
        DirectTypes.standard.find(type).map { DirectForm(type: $0) }
    }

    /// Appends a value and collects the descriptors that it attaches.
    ///
    /// - Throws: What the value's `encode(to:)` throws, `EncodingError` for a value that is nested too deep,
    ///   `WireError.tooLarge` for too many descriptors. Writer and attachments are then as before.
    package func encode<Value: Encodable>(
        _ value: Value, into writer: inout ByteWriter, attachments: inout [SharedDescriptor]
    ) throws {
        writer.reserveTail(Self.usualSize)
        if let direct = DirectTypes.standard.find(Value.self) {
            return direct.write(value, to: &writer)
        }
        let session = EncodingSession(userInfo: userInfo, depthLimit: depthLimit, attachments: attachments)
        let start = writer.count
        let sheet = EncodingSheet(session: session, taking: &writer, owner: Value.self)
        do {
            try value.encode(to: BinaryValueEncoder(sheet: sheet, frame: EncodingFrame.first))
            if let failure = session.failure { throw failure }
        } catch {
            sheet.finish(into: &writer)
            writer.truncate(to: start)
            throw error
        }
        sheet.finish(into: &writer)
        attachments = session.attachments
    }

    /// What most messages fit into, so that their bytes are allocated once.
    private static let usualSize = 64

    /// Appends a value that attaches no descriptors.
    ///
    /// - Throws: As the other form; also `WireError.tooLarge` if the value does attach a descriptor.
    package func encode<Value: Encodable>(_ value: Value, into writer: inout ByteWriter) throws {
        var attachments: [SharedDescriptor] = []
        let start = writer.count
        try encode(value, into: &writer, attachments: &attachments)
        guard attachments.isEmpty else {
            writer.truncate(to: start)
            throw WireError.tooLarge("a value with file descriptors where none can be sent along")
        }
    }
}
