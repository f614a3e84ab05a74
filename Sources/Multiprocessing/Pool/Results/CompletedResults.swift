import MultiprocessingCore
import Synchronization

/// Handles of a pool's work, in the order in which they are done.
public struct CompletedResults<Value: Sendable>: AsyncSequence, Sendable {
    /// A handle whose work is done, well or not.
    public typealias Element = AsyncResult<Value>
    /// A timeout, or `CancellationError`.
    public typealias Failure = any Error

    let results: [AsyncResult<Value>]
    let timeout: Duration?

    /// Begins to wait; the limit counts from here.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(results, timeout)
    }

    /// Waits for one handle after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let line = CompletionLine<Value>()
        private let count: Int
        private let deadline: Deadline?
        private var left: Int

        fileprivate init(_ results: [AsyncResult<Value>], _ timeout: Duration?) {
            count = results.count
            left = count
            deadline = timeout.map(Deadline.after)
            for result in results {
                _ = result.source.observe { [line, weak result] in
                    if let result { line.add(result) }
                }
            }
            kept = results
        }

        /// The handles, which have to be there to tell.
        private let kept: [AsyncResult<Value>]

        /// Waits for the next one that is done; nil after the last.
        ///
        /// - Throws: a ``MultiprocessingError`` with the code `timeout` when the limit is over, which says how many are
        ///   not done; `CancellationError` when the task is cancelled.
        public mutating func next() async throws -> AsyncResult<Value>? {
            guard left > 0 else { return nil }
            guard let result = try await line.next(until: deadline) else {
                throw MultiprocessingError(
                    .timeout, "\(left) of \(count) results were not there in time; their work goes on")
            }
            left -= 1
            return result
        }
    }
}

/// Handles in the order in which they came, and one consumer that may wait for them.
private final class CompletionLine<Value: Sendable>: Sendable {
    private struct State {
        var done = FIFO<AsyncResult<Value>>()
        var consumer: Latch<Void>?
    }

    private let state = Mutex(State())

    func add(_ result: AsyncResult<Value>) {
        let consumer = state.withLock { state in
            state.done.append(result)
            return state.consumer.take()
        }
        consumer?.close(())
    }

    /// The next one; nil when the limit is over first.
    nonisolated(nonsending) func next(until deadline: Deadline?) async throws -> AsyncResult<Value>? {
        let latch = Latch<Void>()
        let first = state.withLock { state in
            let first = state.done.popFirst()
            if first == nil { state.consumer = latch }
            return first
        }
        if let first { return first }
        _ = try await latch.wait(timeout: deadline.map(\.timeLeft))
        return state.withLock { $0.done.popFirst() }
    }
}
