import MultiprocessingCore

/// Runs a body that is cancelled when one of these signals comes, instead of the process being ended by it.
///
/// ```swift
/// try await withCancellation(on: [SIGTERM, SIGINT]) { try await server.run() }
/// ```
///
/// It turns SIGTERM and SIGINT into a request to stop gracefully, in the program and in the bodies of children. When
/// the body is over, the signals have their earlier effects again.
///
/// - Parameters:
///   - signals: their numbers; SIGKILL and SIGSTOP cannot be caught.
///   - body: what is cancelled; it decides when to end, and whether as if nothing had happened or with an error.
/// - Returns: what the body returns.
/// - Throws: what the body throws, such as `CancellationError`; a ``MultiprocessingError`` with the code
///   `invalidArgument` for a number that cannot be caught. Cancelling the task cancels the body.
public func withCancellation<Result: Sendable>(
    on signals: [Int32], _ body: @escaping @Sendable @concurrent () async throws -> Result
) async throws -> Result {
    let requested = Latch<Void>()
    var tokens: [SignalRelay.Token] = []
    defer { for token in tokens { SignalRelay.end(token) } }
    for signal in signals {
        do {
            tokens.append(try SignalRelay.begin(signal) { requested.close(()) })
        } catch {
            throw MultiprocessingError(.invalidArgument, "signal \(signal) cannot be handled", cause: error)
        }
    }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            // Ends by the signal, or because the group is over.
            _ = try? await requested.wait()
            return nil
        }
        while let finished = try await group.next() {
            group.cancelAll()
            if let result = finished { return result }
        }
        throw CancellationError()
    }
}
