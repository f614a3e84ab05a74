import MultiprocessingCore

extension Connection {
    /// The longest message that is accepted from inherited and adopted ends, unless the receiver says otherwise.
    public static let standardMaximumLength = 1 << 40
    /// The longest message that is accepted by the ends of listeners and clients, unless they are made otherwise.
    public static let listenerMaximumLength = 64 << 20

    /// Receives a value; Python's `recv`.
    ///
    /// - Parameters:
    ///   - type: what the value is.
    ///   - timeout: nil waits without a limit, zero or less tries once.
    /// - Returns: the value of the next message.
    /// - Throws: a ``MultiprocessingError`` with the code `connectionClosed` when the other end was closed and
    ///   everything was received, `timeout`, `truncated` when the sender ended in the middle of the message,
    ///   `undecodable` when the message is no such value, `closed`, or `invalidArgument` for an end that only sends;
    ///   `CancellationError` when the task is cancelled. No message is lost by a limit or by cancelling.
    public nonisolated(nonsending) func receive<Message: Codable & Sendable>(
        _ type: Message.Type = Message.self, timeout: Duration? = nil
    ) async throws -> Message {
        try storage.checkValues()
        return try await next(storage.maximumLength, timeout).decoded()
    }

    /// Receives bytes; Python's `recv_bytes`.
    ///
    /// Memory is taken for them as they come, not as they are announced.
    ///
    /// - Parameters:
    ///   - maximumLength: a longer message is an error, after which this end is of no use any more; nil for the
    ///     limit of the connection.
    ///   - timeout: nil waits without a limit, zero or less tries once.
    /// - Returns: the bytes of the next message.
    /// - Throws: as with a value; also a ``MultiprocessingError`` with the code `messageTooLong`.
    public nonisolated(nonsending) func receiveBytes(
        maximumLength: Int? = nil, timeout: Duration? = nil
    ) async throws -> [UInt8] {
        let maximumLength = maximumLength ?? storage.maximumLength
        guard maximumLength >= 0 else {
            throw MultiprocessingError(.invalidArgument, "no message is shorter than zero bytes")
        }
        return try await next(maximumLength, timeout).bytes
    }

    /// Receives bytes into a buffer, whose length does not change; Python's `recv_bytes_into`.
    ///
    /// - Parameters:
    ///   - buffer: where the bytes go.
    ///   - offset: where in the buffer they begin.
    ///   - timeout: nil waits without a limit, zero or less tries once.
    /// - Returns: how many bytes came.
    /// - Throws: as with a value; also a ``BufferTooShortError``, which carries the message, when it does not fit.
    public nonisolated(nonsending) func receiveBytes(
        into buffer: inout [UInt8], at offset: Int = 0, timeout: Duration? = nil
    ) async throws -> Int {
        guard offset >= 0, offset <= buffer.count else {
            throw MultiprocessingError(
                .invalidArgument, "\(offset) is not inside a buffer of \(buffer.count) bytes")
        }
        let bytes = try await next(storage.maximumLength, timeout).bytes
        guard bytes.count <= buffer.count - offset else {
            throw BufferTooShortError(message: bytes, room: buffer.count - offset)
        }
        buffer.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        return bytes.count
    }

    /// Receives a value if one is there, without waiting.
    ///
    /// - Parameter type: what the value is.
    /// - Returns: the value of the next message; nil when none has come yet, or another task is about to take it.
    /// - Throws: as the form that waits: an end that was closed is an error, not nil.
    public func tryReceive<Message: Codable & Sendable>(_ type: Message.Type = Message.self) throws
        -> Message?
    {
        try storage.checkValues()
        return try storage.tryReceive(limit: storage.maximumLength)?.decoded()
    }

    /// Receives bytes if a message is there, without waiting.
    ///
    /// - Parameter maximumLength: a longer message is an error, after which this end is of no use any more; nil for the
    ///   limit of the connection.
    /// - Returns: the bytes of the next message; nil when none has come yet, or another task is about to take it.
    /// - Throws: as the form that waits: an end that was closed is an error, not nil.
    public func tryReceiveBytes(maximumLength: Int? = nil) throws -> [UInt8]? {
        try storage.tryReceive(limit: maximumLength ?? storage.maximumLength)?.bytes
    }

    nonisolated(nonsending) private func next(
        _ limit: Int, _ timeout: Duration?
    ) async throws -> IncomingMessage {
        guard let message = try await storage.receive(limit: limit, until: timeout.map(Deadline.after)) else {
            throw MultiprocessingError(.timeout, "no message came within the limit")
        }
        return message
    }
}

extension IncomingMessage {
    /// The value that the message is.
    func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        do {
            return try unsafe bytes.withUnsafeBytes { bytes in
                var reader = unsafe ByteReader(bytes)
                let value = try BinaryDecoder.standard.decode(type, from: &reader, attachments: descriptors)
                guard reader.isAtEnd else { throw WireError.malformed("\(reader.remaining) bytes too many") }
                return value
            }
        } catch {
            throw MultiprocessingError(
                .undecodable, "a message came that is not a value of type \(Value.self)", cause: error)
        }
    }
}
