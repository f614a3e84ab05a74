/// The consumer's end of the values that a running task sends: it starts the task, and gives it up at its own end.
final class ValueCursor<Value: Codable & Sendable> {
    /// Submits the task, which sends to the connection.
    typealias Start = (Connection) throws -> AsyncResult<Void>

    private enum State {
        case fresh(Start)
        /// The values, until the task has closed its end, and the task.
        case running(Connection?, AsyncResult<Void>)
        case ended
    }

    private var state: State

    init(_ start: @escaping Start) {
        state = .fresh(start)
    }

    deinit {
        abandon()
    }

    /// The next value; nil when the task has returned and nothing is left.
    ///
    /// - Throws: the task's error behind its values; `CancellationError`, which gives the task up; and a timeout,
    ///   which does not.
    nonisolated(nonsending) func next(timeout: Duration?) async throws -> Value? {
        do {
            let deadline = timeout.map { ContinuousClock.now + $0 }
            while true {
                switch state {
                case .fresh(let start):
                    try begin(start)
                case .running(let values?, let job):
                    // In this order: what a task sent is there before its end is known.
                    let isOver = job.isReady
                    if let value = try await take(values, job) { return value }
                    if isOver { state = .running(nil, job) }
                    if case .running(.some, _) = state {
                        try await wait([values, job], deadline, timeout)
                    }
                case .running(nil, let job):
                    try await wait([job], deadline, timeout)
                    try await job.value
                    state = .ended
                case .ended:
                    return nil
                }
            }
        } catch let error as MultiprocessingError where error.code == .timeout && isRunning {
            throw error
        } catch {
            abandon()
            throw error
        }
    }

    private var isRunning: Bool {
        if case .running(_, let job) = state { !job.isReady } else { false }
    }

    private func begin(_ start: Start) throws {
        let (reader, writer) = try Connection.pipe(duplex: false)
        let job = try start(writer)
        writer.close()
        state = .running(reader, job)
    }

    /// A value that has come; nil when there is none, or none will come.
    private nonisolated(nonsending) func take(_ values: Connection, _ job: AsyncResult<Void>) async throws
        -> Value?
    {
        guard try await values.poll() else { return nil }
        do {
            return try await values.receive(Value.self)
        } catch let error as MultiprocessingError
            where error.code == .connectionClosed || error.code == .truncated
        {
            state = .running(nil, job)
            return nil
        }
    }

    private nonisolated(nonsending) func wait(
        _ sources: [any Waitable], _ deadline: ContinuousClock.Instant?, _ timeout: Duration?
    ) async throws {
        let left = deadline.map { $0 - ContinuousClock.now }
        guard try await !waitAny(sources, timeout: left).isEmpty else {
            throw MultiprocessingError(.timeout, "no value came within \(timeout ?? .zero)")
        }
    }

    private func abandon() {
        if case .running(let values, let job) = state {
            job.cancel()
            values?.close()
        }
        state = .ended
    }
}
