import MultiprocessingCore
import Synchronization

extension ConnectionStorage {
    /// Tries again and again, for a bounded moment, what is expected to succeed soon.
    func look<Value>(
        _ attempt: () throws(TransportFailure) -> Step<Value>
    ) throws(TransportFailure) -> Step<Value> {
        try attention.look(attempt)
    }

    /// With one processor, the other side cannot have answered what was just sent: it gets the time to do so before
    /// anybody looks for the answer.
    func letAnswer() {
        guard expectsAnswer.exchange(false, ordering: .relaxed), attention.isAlone else { return }
        if attention.budget > Attention.minimum { Processor.yield() }
    }

    /// Suspends until one of the points may be ready, or the end was closed; false when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, a ``MultiprocessingError`` when it was closed.
    nonisolated(nonsending) func wait(for points: [WaitPoint], until deadline: Deadline?) async throws -> Bool
    {
        let start = Deadline.now.nanoseconds
        let latch = Latch<Void>()
        var tickets: [(DescriptorInterest, DescriptorInterest.Ticket)] = []
        defer { for (interest, ticket) in tickets { interest.disregard(ticket) } }
        do {
            for point in points {
                tickets.append(
                    (point.interest, try point.interest.await(point.direction) { latch.close(()) }))
            }
        } catch {
            throw MultiprocessingError(.protocolViolation, "nobody can wait for the connection", cause: error)
        }
        // Closing wakes those that it finds waiting.
        guard !isClosed else { throw MultiprocessingError.closedConnection }
        let isReady = try await latch.wait(timeout: deadline.map(\.timeLeft)) != nil
        attention.learn(from: Deadline.now.nanoseconds - start)
        guard !isClosed else { throw MultiprocessingError.closedConnection }
        return isReady
    }
}
