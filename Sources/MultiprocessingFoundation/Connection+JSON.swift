public import Foundation
public import Multiprocessing

// Messages that programs in other languages can read. Descriptors and handles do not travel in them.

extension Connection {
    /// Sends a value as JSON, in a message of bytes.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - encoder: how it is written.
    ///   - timeout: nil waits without a limit, zero or less tries once. A message that has begun by then arrives.
    /// - Throws: a ``/Multiprocessing/MultiprocessingError`` with the code `unencodable`, and nothing was sent, for what
    ///   JSON cannot say, such as a number that is not finite; otherwise as `send(bytes:)`. Cancelling the task throws
    ///   `CancellationError`: the message then arrives whole or not at all.
    public nonisolated(nonsending) func send(
        json value: some Encodable & Sendable, encoder: JSONEncoder = JSONEncoder(), timeout: Duration? = nil
    ) async throws {
        let data: Data
        do {
            data = try encoder.encode(value)
        } catch {
            throw MultiprocessingError(
                .unencodable, "the message cannot be written as JSON; nothing was sent", cause: error)
        }
        try await send(bytes: data, timeout: timeout)
    }

    /// Receives a value that was sent as JSON.
    ///
    /// - Parameters:
    ///   - type: what the value is.
    ///   - decoder: how it is read.
    ///   - timeout: nil waits without a limit, zero or less tries once.
    /// - Returns: the value of the next message.
    /// - Throws: a ``/Multiprocessing/MultiprocessingError`` with the code `undecodable` for a message that is no such
    ///   value, after which the next one can be received; otherwise as `receiveBytes()`. Cancelling the task throws
    ///   `CancellationError` and loses no message.
    public nonisolated(nonsending) func receive<Value: Decodable & Sendable>(
        json type: Value.Type = Value.self, decoder: JSONDecoder = JSONDecoder(), timeout: Duration? = nil
    ) async throws -> Value {
        let bytes = try await receiveBytes(timeout: timeout)
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw MultiprocessingError(
                .undecodable, "a message came that is not a \(type) in JSON", cause: error)
        }
    }
}
