/// Sends values out of a task while it runs, to whoever iterates its stream.
///
/// ```swift
/// for try await line in pool.stream(text, of: String.self, { text, emit in
///     for line in text.split(separator: "\n") { try await emit(String(line)) }
/// }) { print(line) }
/// ```
///
/// It may be given to functions and child tasks of the body. Nobody hears it after the end of the body.
public struct ValueEmitter<Value: Codable & Sendable>: Sendable {
    let connection: Connection

    /// Sends a value; waits for room while the other side is behind.
    ///
    /// - Parameter value: what to send; handles inside it go along.
    /// - Throws: `CancellationError` when the task is cancelled or nobody iterates the stream any more; a
    ///   ``MultiprocessingError`` with the code `unencodable` for a value that cannot be encoded.
    public nonisolated(nonsending) func callAsFunction(_ value: Value) async throws {
        try Task.checkCancellation()
        do {
            try await connection.send(value)
        } catch let error as MultiprocessingError where error.code == .brokenConnection {
            throw CancellationError()
        }
    }
}
