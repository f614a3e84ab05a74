extension AsyncResult: CustomStringConvertible {
    /// What has become of the work.
    public enum State: String, Sendable, Hashable {
        /// It waits for a worker.
        case pending
        /// A worker has begun it.
        case running
        /// It returned a value.
        case succeeded
        /// It has an error.
        case failed
        /// It was cancelled.
        case cancelled
    }

    /// What has become of the work; Python's `Future.running`, `done` and `cancelled` in one.
    public var state: State {
        switch result {
        case .success: .succeeded
        case .failure(is CancellationError): .cancelled
        case .failure: .failed
        case nil: source.isRunning ? .running : .pending
        }
    }

    /// The value or the error, without waiting; nil while the work is not done.
    public var result: Result<Value, any Error>? { source.result }

    /// The state, with the value or the error.
    public var description: String {
        let text =
            switch result {
            case .success(let value): "succeeded with \(value)"
            case .failure(is CancellationError): "cancelled"
            case .failure(let error): "failed with \(type(of: error)): \(error)"
            case nil: state.rawValue
            }
        return "AsyncResult<\(Value.self)> \(text)"
    }
}

extension AsyncResult: Waitable {
    /// The end of the work, well or not.
    public var waitSource: WaitSource {
        let source = source
        return WaitSource(
            kind: .event(
                isReady: { source.isReady },
                observe: { handler in
                    let id = source.observe(handler)
                    return { if let id { source.disregard(id) } }
                }))
    }
}
