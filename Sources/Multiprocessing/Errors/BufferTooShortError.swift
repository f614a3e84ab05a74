/// A message did not fit into the buffer that was to take it; it is in the error, whole.
///
/// ```swift
/// do {
///     count = try await connection.receiveBytes(into: &buffer)
/// } catch let error as BufferTooShortError {
///     buffer = error.message
/// }
/// ```
///
/// Python's `BufferTooShort`.
public struct BufferTooShortError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The whole message, which has left the connection.
    public let message: [UInt8]
    /// How many bytes there was room for.
    public let room: Int

    /// The sizes.
    public var description: String {
        "a message of \(message.count) bytes came into a buffer with room for \(room); the error carries it"
    }
}
