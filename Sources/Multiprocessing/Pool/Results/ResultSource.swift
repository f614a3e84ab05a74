/// Where the result of an `AsyncResult` comes from.
protocol ResultSource<Value>: Sendable {
    associatedtype Value: Sendable

    /// Whether the work is done, well or not.
    var isReady: Bool { get }

    /// The result, made for whoever asks; nil while the work is not done.
    var result: Result<Value, any Error>? { get }

    /// Whether a worker has begun the work; asked while it is not done.
    var isRunning: Bool { get }

    /// Calls the handler once, when the work is done or at once if it is; nil in that case, else its number.
    func observe(_ handler: @escaping @Sendable () -> Void) -> UInt64?

    /// Takes a handler back; one that runs already goes on.
    func disregard(_ id: UInt64)

    /// Waits until the work is done; false when the limit is over first.
    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool

    /// Gives the work up.
    func cancel()
}

/// A single call, whose result is decoded when it is asked for, on the asker's time.
struct CallSource<Output: Codable & Sendable, Value: Sendable>: ResultSource {
    let call: SingleCall
    let convert: @Sendable (Output) -> Value

    var isReady: Bool { call.isReady }
    var isRunning: Bool { call.isRunning }

    var result: Result<Value, any Error>? {
        switch call.result(of: Output.self) {
        case .success(let output)?: .success(convert(output))
        case .failure(let error)?: .failure(error)
        case nil: nil
        }
    }

    func observe(_ handler: @escaping @Sendable () -> Void) -> UInt64? { call.observe(handler) }
    func disregard(_ id: UInt64) { call.disregard(id) }

    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        try await call.arrive(timeout: timeout)
    }

    func cancel() { call.cancel() }
}

/// Work that a task collects.
final class TaskSource<Value: Sendable>: ResultSource {
    private let latch = Latch<Result<Value, any Error>>()
    private let task: Task<Value, any Error>
    private let hasBegun: @Sendable () -> Bool

    init(isRunning: @escaping @Sendable () -> Bool, work: sending @escaping () async throws -> Value) {
        hasBegun = isRunning
        task = Task { try await work() }
        Task { [latch, task] in _ = latch.close(await task.result) }
    }

    var isReady: Bool { latch.value != nil }
    var result: Result<Value, any Error>? { latch.value }
    var isRunning: Bool { hasBegun() }

    func observe(_ handler: @escaping @Sendable () -> Void) -> UInt64? { latch.observe(handler) }
    func disregard(_ id: UInt64) { latch.disregard(id) }

    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        try await latch.wait(timeout: timeout) != nil
    }

    func cancel() { task.cancel() }
}
