import MultiprocessingCore

// Every form waits for space when the other side is behind, and for the earlier messages of this process.

extension Connection {
    /// Sends a value; Python's `send`.
    ///
    /// Descriptors and handles inside the value go along. The value is encoded before it is the message's turn.
    ///
    /// - Parameters:
    ///   - message: the value.
    ///   - timeout: nil waits without a limit, zero or less tries once. A message that has begun by then arrives.
    /// - Throws: a ``MultiprocessingError`` with the code `brokenConnection` when nobody will receive it, `timeout`,
    ///   `unencodable`, `closed`, or `invalidArgument` for an end that only receives and for more than 253
    ///   descriptors; `CancellationError` when the task is cancelled: the message then arrives whole or not at all.
    public nonisolated(nonsending) func send<Message: Codable & Sendable>(
        _ message: Message, timeout: Duration? = nil
    ) async throws {
        try storage.checkWritable()
        try storage.checkValues()
        try await send(OutgoingMessage(encoding: message), timeout)
    }

    /// Sends bytes, or a part of them; Python's `send_bytes`.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - offset: where the part begins.
    ///   - count: how long it is; nil for all that follows.
    ///   - timeout: nil waits without a limit, zero or less tries once. A message that has begun by then arrives.
    /// - Throws: as with a value; also a ``MultiprocessingError`` with the code `invalidArgument`, and nothing was
    ///   sent, when the part is not inside the bytes.
    public nonisolated(nonsending) func send(
        bytes: [UInt8], at offset: Int = 0, count: Int? = nil, timeout: Duration? = nil
    ) async throws {
        try storage.checkWritable()
        guard offset >= 0, offset <= bytes.count, count ?? 0 >= 0, count ?? 0 <= bytes.count - offset else {
            let part = count.map { "\($0) bytes" } ?? "what follows"
            throw MultiprocessingError(
                .invalidArgument,
                "\(part) at \(offset) is not a part of \(bytes.count) bytes; nothing was sent")
        }
        let range = offset..<(offset + (count ?? bytes.count - offset))
        try await send(OutgoingMessage(bytes, range: range), timeout)
    }

    /// Sends bytes that are not an array, such as `Data` or a slice, from a copy.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - timeout: nil waits without a limit, zero or less tries once. A message that has begun by then arrives.
    /// - Throws: as with a value.
    public nonisolated(nonsending) func send(bytes: some Sequence<UInt8>, timeout: Duration? = nil)
        async throws
    {
        try storage.checkWritable()
        try await send(OutgoingMessage(Array(bytes)), timeout)
    }

    nonisolated(nonsending) private func send(_ message: OutgoingMessage, _ timeout: Duration?) async throws {
        guard try await storage.send(message, until: timeout.map(Deadline.after)) else {
            throw MultiprocessingError(
                .timeout, "the message was not sent within its limit: the other side is behind")
        }
    }
}

extension OutgoingMessage {
    /// A value as a message.
    init(encoding value: some Encodable) throws {
        var writer = ByteWriter()
        var descriptors: [SharedDescriptor] = []
        do {
            try BinaryEncoder().encode(value, into: &writer, attachments: &descriptors)
        } catch let error as MultiprocessingError {
            throw error
        } catch WireError.tooLarge(let reason) {
            throw MultiprocessingError(.invalidArgument, "the message was not sent: \(reason)")
        } catch {
            throw MultiprocessingError(.unencodable, "the message could not be encoded", cause: error)
        }
        self.init(writer.bytes, descriptors: descriptors)
    }
}
