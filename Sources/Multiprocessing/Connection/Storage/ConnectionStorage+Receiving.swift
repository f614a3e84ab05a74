import MultiprocessingCore
import Synchronization

extension ConnectionStorage {
    typealias Message = IncomingMessage

    /// Receives the next message; nil when the limit is over first.
    ///
    /// What has come of a message until then stays.
    nonisolated(nonsending) func receive(limit: Int, until deadline: Deadline?) async throws -> Message? {
        try checkReadable()
        let link = try link
        let end = link.end
        try Task.checkCancellation()
        guard try await link.receiving.take(until: deadline) else { return nil }
        defer { link.receiving.give() }
        letAnswer()
        do {
            while true {
                if case .done(let message) = try attempt(end, limit) { return message }
                if let deadline, deadline.hasPassed { return nil }
                let found = try look { () throws(TransportFailure) -> Step<Message> in try attempt(end, limit)
                }
                if case .done(let message) = found { return message }
                let points = [end.receiver.withLock { $0.waitPoint }]
                guard try await wait(for: points, until: deadline) else {
                    if case .done(let message) = try attempt(end, limit) { return message }
                    return nil
                }
            }
        } catch let failure as TransportFailure {
            throw MultiprocessingError(receiving: failure, limit: limit)
        }
    }

    /// The next message if it is there.
    func tryReceive(limit: Int) throws -> Message? {
        try checkReadable()
        let link = try link
        let end = link.end
        guard try link.receiving.tryTake() else { return nil }
        defer { link.receiving.give() }
        do {
            guard case .done(let message) = try attempt(end, limit) else { return nil }
            return message
        } catch {
            throw MultiprocessingError(receiving: error, limit: limit)
        }
    }

    private func attempt(_ end: ConnectionEnd, _ limit: Int) throws(TransportFailure) -> Step<Message> {
        try end.receiver.withLock { receiver throws(TransportFailure) in
            let step = try receiver.receive(limit: limit)
            return step
        }
    }

    /// Whether a message, or a part of one, or the end is there.
    func hasSomething(_ end: ConnectionEnd) -> Bool {
        end.receiver.withLock { $0.hasPart } || end.interest.isReadable
    }
}
