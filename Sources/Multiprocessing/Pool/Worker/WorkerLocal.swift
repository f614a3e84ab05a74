import MultiprocessingCore
import Synchronization

/// A value that each process makes for itself, once, when it is first asked for.
///
/// ```swift
/// enum Models {
///     static let language = WorkerLocal { try await Model.load("language.bin") }
/// }
/// let answers = try await pool.map(questions) { try await Models.language.value.answer($0) }
/// ```
///
/// It belongs into a `static let` or a global, where every worker finds it without anything being sent. An initializer
/// of the pool can ask for it, so that it is there before the first task. All tasks of a worker share the value; it
/// ends with the worker.
public final class WorkerLocal<Value: Sendable>: Sendable {
    private struct State {
        /// The process that the value is of: a forked copy makes its own.
        var owner: Int32 = 0
        /// Where the value comes; nil before somebody has asked for it.
        var latch: Latch<Result<Value, any Error>>?
    }

    private let make: @Sendable () async throws -> Value
    private let state = Mutex(State())

    /// A value that is made by a closure.
    ///
    /// - Parameter make: called at most once at a time in each process, and not again once it has returned. It
    ///   runs in the process that asks, so it is not sent anywhere.
    public init(_ make: @escaping @Sendable () async throws -> Value) {
        self.make = make
    }

    /// The value of this process, which is made if it is not there yet.
    ///
    /// Several tasks may ask at once: one makes it, the others wait. Throws what the making threw, to all who wait for
    /// it; whoever asks after that starts anew. Throws `CancellationError` when the waiting task is cancelled, which
    /// leaves the making alone.
    public var value: Value {
        get async throws {
            let (latch, isFirst) = enter()
            if isFirst {
                Task { [make] in
                    do {
                        latch.close(.success(try await make()))
                    } catch {
                        giveUp(latch)
                        latch.close(.failure(error))
                    }
                }
            }
            guard let result = try await latch.wait() else { throw CancellationError() }
            return try result.get()
        }
    }

    private func enter() -> (latch: Latch<Result<Value, any Error>>, isFirst: Bool) {
        let process = ThisProcess.id
        return state.withLock { state in
            if let latch = state.latch, state.owner == process { return (latch, false) }
            let latch = Latch<Result<Value, any Error>>()
            state = State(owner: process, latch: latch)
            return (latch, true)
        }
    }

    private func giveUp(_ latch: Latch<Result<Value, any Error>>) {
        state.withLock { state in
            if state.latch === latch { state.latch = nil }
        }
    }
}
