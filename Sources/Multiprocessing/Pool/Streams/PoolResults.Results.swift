extension PoolResults {
    /// The same stream with errors as values: it goes on behind the elements whose tasks failed.
    ///
    /// ```swift
    /// for try await result in pool.imap(files, { try Page(contentsOf: $0) }).results {
    ///     switch result { … }
    /// }
    /// ```
    public var results: Results { Results(base: self) }

    /// A stream of a pool's results in which a task's error is an element like any other.
    ///
    /// It can be iterated once, and uses up the stream that it was made from.
    public struct Results: AsyncSequence, Sendable {
        /// A value, or the error of its task.
        public typealias Element = Result<Output, any Error>
        /// Only `CancellationError`, when the iterating task is cancelled.
        public typealias Failure = any Error

        fileprivate let base: PoolResults

        /// Begins the iteration; a second one gives one element, which says that there is no second one.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(base: base.makeAsyncIterator())
        }

        /// Goes through the results, once.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var base: PoolResults.AsyncIterator

            /// Waits for the next result; nil at the end.
            ///
            /// - Throws: only `CancellationError`, when the task is cancelled, which ends the stream.
            public mutating func next() async throws -> Element? {
                try await base.nextResult()
            }

            /// Waits for the next result, isolated to the caller's actor; nil at the end.
            ///
            /// - Parameter actor: the actor that the caller runs on.
            /// - Returns: the result; nil at the end.
            /// - Throws: the same as `next()`.
            public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
                try await base.nextResult()
            }
        }
    }
}

@available(*, unavailable)
extension PoolResults.Results.AsyncIterator: Sendable {}
