import MultiprocessingCore

/// What a pool tells a worker past the rings, while it is busy.
enum WorkerSignal {
    /// Ends the worker at once.
    static func kill(_ child: LaunchedChild) {
        // A worker that has ended already cannot be ended; nothing else can go wrong with our own child.
        _ = try? child.send(signal: Signal.kill)
    }

    /// Asks the worker to cancel the task that runs the chunk.
    static func cancel(_ chunk: UInt64, at child: LaunchedChild) {
        var writer = ByteWriter()
        writer.append(chunk)
        // A full or closed channel means a worker that does not listen: the grace period ends it.
        try? child.channel.sendWithoutWaiting(writer.bytes)
    }
}
