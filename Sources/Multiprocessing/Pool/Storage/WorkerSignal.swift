import MultiprocessingCore

/// What a pool tells a worker past the rings, while it is busy.
enum WorkerSignal {
    /// Ends the worker at once.
    static func kill(_ child: LaunchedChild) {
        // A worker that has ended already cannot be ended; nothing else can go wrong with our own child.
        _ = try? child.send(signal: Signal.kill)
    }
}
