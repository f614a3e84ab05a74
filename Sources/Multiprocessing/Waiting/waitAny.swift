import MultiprocessingCore

/// Waits until at least one of several is ready; Python's `multiprocessing.connection.wait`.
///
/// ```swift
/// let ended = try await waitAny([first, second], timeout: .seconds(10))
/// ```
///
/// - Parameters:
///   - objects: what is waited for; what is given twice counts twice.
///   - timeout: nil waits without a limit, zero or less only looks.
/// - Returns: those that are ready, in the order in which they were given; none when the limit is over, or when
///   none were given.
/// - Throws: what the source of an object throws, such as a child that was not started, before anything is waited
///   for; `CancellationError` when the task is cancelled. A limit that is over is not an error.
public nonisolated(nonsending) func waitAny<Object: Waitable>(
    _ objects: [Object], timeout: Duration? = nil
) async throws -> [Object] {
    try await indicesOfReady(objects.map { try $0.waitSource }, timeout).map { objects[$0] }
}

/// Waits until at least one of several, of different kinds, is ready.
///
/// - Parameters:
///   - objects: what is waited for; what is given twice counts twice.
///   - timeout: nil waits without a limit, zero or less only looks.
/// - Returns: those that are ready, in the order in which they were given.
/// - Throws: the same as with objects of one kind.
@_disfavoredOverload
public nonisolated(nonsending) func waitAny(
    _ objects: [any Waitable], timeout: Duration? = nil
) async throws -> [any Waitable] {
    try await indicesOfReady(objects.map { try $0.waitSource }, timeout).map { objects[$0] }
}

private nonisolated(nonsending) func indicesOfReady(
    _ sources: [WaitSource], _ timeout: Duration?
) async throws -> [Int] {
    let deadline = timeout.map(Deadline.after)
    while true {
        try Task.checkCancellation()
        let ready = try sources.indices.filter { try sources[$0].isReady() }
        if !ready.isEmpty || sources.isEmpty || deadline?.hasPassed == true { return ready }
        let latch = Latch<Void>()
        var endings: [@Sendable () -> Void] = []
        defer { for end in endings { end() } }
        for source in sources { endings.append(try source.observe { latch.close(()) }) }
        // Whoever was first may have taken what was there; then the wait goes on.
        _ = try await latch.wait(timeout: deadline.map(\.timeLeft))
    }
}
