import Synchronization

/// The results of a pool's stream, as they finish or in the order of the input.
///
/// ```swift
/// for try await page in pool.imapUnordered(files, { try Page(contentsOf: $0) }) {
///     print(page.title)
/// }
/// ```
///
/// The input is pulled while the stream is iterated, within a bound, so an endless input is fine. The stream
/// can be iterated once. Leaving the loop ends it: chunks that wait are withdrawn, chunks that run see
/// `Task.isCancelled` and lose their worker if they do not end soon. An element whose task failed throws
/// its error; `for try await` ends there, while an iterator may be asked again and gives the later elements.
/// It answers to the iterators that Python's `imap` and `imap_unordered` return.
public struct PoolResults<Output: Codable & Sendable>: AsyncSequence, Sendable {
    /// A result.
    public typealias Element = Output
    /// What a task threw, or what the pool reports.
    public typealias Failure = any Error

    private let cursor: Handover<Result<StreamCursor<Output>, any Error>>

    /// The stream of a cursor, or of the reason why there is none.
    init(_ cursor: sending Result<StreamCursor<Output>, any Error>) {
        self.cursor = Handover(cursor)
    }

    /// Goes through the results, once.
    public struct AsyncIterator: AsyncIteratorProtocol {
        /// What the results come from, or why there are none; nil after the reason was thrown.
        private var source: Result<StreamCursor<Output>, any Error>?

        fileprivate init(_ source: Result<StreamCursor<Output>, any Error>) {
            self.source = source
        }

        /// Waits for the next result; nil at the end.
        ///
        /// - Throws: the error of the element's task, after which `next()` may be called again; or
        ///   `CancellationError` when the task is cancelled, which ends the stream.
        public mutating func next() async throws -> Output? {
            try await next(timeout: nil)
        }

        /// Waits for the next result, isolated to the caller's actor; nil at the end.
        ///
        /// - Parameter actor: the actor that the caller runs on.
        /// - Returns: the result; nil at the end.
        /// - Throws: the same as `next()`.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Output? {
            try await next(timeout: nil)
        }

        /// Waits for the next result for at most this long.
        ///
        /// - Parameter limit: zero or less only looks.
        /// - Returns: the result; nil at the end.
        /// - Throws: a ``MultiprocessingError`` with the code `timeout` when nothing came; no task is
        ///   disturbed by that, and the result is there for a later `next`. Else the same as `next()`.
        public mutating func next(within limit: Duration) async throws -> Output? {
            try await next(timeout: limit)
        }

        private nonisolated(nonsending) mutating func next(timeout: Duration?) async throws -> Output? {
            switch source {
            case .success(let cursor):
                return try await cursor.next(timeout: timeout)?.get()
            case .failure(let error):
                source = nil
                throw error
            case nil:
                return nil
            }
        }

        nonisolated(nonsending) mutating func nextResult() async throws -> Result<Output, any Error>? {
            switch source {
            case .success(let cursor):
                return try await cursor.next(timeout: nil)
            case .failure(let error):
                source = nil
                return .failure(error)
            case nil:
                return nil
            }
        }
    }

    /// Begins the iteration; a second one throws at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            cursor.take()
                ?? .failure(
                    MultiprocessingError(
                        .streamConsumed, "the results of a pool's stream can be iterated once only")))
    }
}

@available(*, unavailable)
extension PoolResults.AsyncIterator: Sendable {}
