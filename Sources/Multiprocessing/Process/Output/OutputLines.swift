/// The lines that a child process prints, as they come.
///
/// ```swift
/// var options = StartOptions()
/// options.standardOutput = .captured
/// let child = ChildProcess(options: options) { print("ready") }
/// try await child.start()
/// for try await line in child.standardOutputLines { print("child: \(line)") }
/// ```
///
/// A line comes without its line feed; what follows the last line feed is a line too. Bytes that are no UTF-8 are
/// replaced. The sequence ends when nobody can write any more, which is at the end of the child, unless it
/// has handed its output on to processes of its own. Each line comes to one iterator only.
///
/// Cancelling the task that waits throws `CancellationError`; the lines still come, for others. A stream that the
/// options do not capture throws an error with the code `invalidArgument`.
public struct OutputLines: AsyncSequence, Sendable {
    /// The lines, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let storage: OutputStorage?

        /// The next line; nil at the end.
        ///
        /// - Returns: the line without its line feed.
        /// - Throws: `CancellationError` when the task is cancelled; a ``MultiprocessingError`` when the stream is
        ///   not captured.
        public mutating func next() async throws -> String? {
            guard let storage else {
                throw MultiprocessingError(
                    .invalidArgument,
                    "this stream of the child is not captured: its options have to say .captured at the start"
                )
            }
            return try await storage.next()
        }
    }

    let storage: OutputStorage?

    init(_ storage: OutputStorage?) {
        self.storage = storage
    }

    /// An iterator over the lines that nobody has taken yet.
    ///
    /// - Returns: the iterator.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(storage: storage)
    }
}
