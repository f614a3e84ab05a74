import MultiprocessingCore

/// A call of a direct method: its arguments, and the way back.
struct DirectCall {
    private let id: UInt64
    private let session: ClientSession
    private var reader: MessageReader

    /// A call whose arguments are next; it is used while their bytes are there.
    init(_ id: UInt64, from session: ClientSession, _ reader: MessageReader) {
        self.id = id
        self.session = session
        self.reader = reader
    }

    /// Reads the next argument.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for bytes that are no such value.
    mutating func argument<Argument: Decodable>(_ type: Argument.Type = Argument.self) throws -> Argument {
        try reader.argument()
    }

    func answer(_ value: some Codable) { session.append(id, value: value) }

    /// Answers with a value or with none; the client reads it with ``ManagerReply/optional(_:)``.
    func answer<Value: Codable>(optional value: Value?) {
        if let value { session.append(id, value: value) } else { session.appendNothing(id) }
    }

    func answerNothing() { session.appendNothing(id) }

    /// What is thrown for a method that the object has not.
    var isUnknown: MultiprocessingError {
        MultiprocessingError(.notExported, "the object has no such method that can be called from elsewhere")
    }
}

extension MessageReader {
    /// Reads an argument of a call.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for bytes that are no such value.
    mutating func argument<Argument: Decodable>() throws -> Argument {
        do {
            return try decode(Argument.self)
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(
                .undecodable, "an argument of a call is no value of type \(Argument.self)", cause: error)
        }
    }
}
