import MultiprocessingCore
import Synchronization

extension ManagerLink {
    /// The next message that has come; nil when there is none.
    func receive() throws(TransportFailure) -> IncomingMessage? {
        guard let end else { return nil }
        return try input.withLock { input throws(TransportFailure) in
            try input.next { () throws(TransportFailure) in
                let step = try end.receiver.withLock { receiver throws(TransportFailure) in
                    let step = try receiver.receive(limit: limit)
                    hasPart.store(receiver.hasPart, ordering: .relaxed)
                    return step
                }
                if case .done(let message) = step { return message }
                return nil
            }
        }
    }

    /// Whether a message has begun to come that has not come whole.
    var hasRest: Bool { hasPart.load(ordering: .relaxed) }

    /// Calls the handler when there is more of a message that has begun to come on a channel of its own.
    ///
    /// Whoever has read a part of one asks for this, because nobody waits at that channel yet.
    ///
    /// - Parameter handler: is called once, and goes on to read.
    /// - Returns: whether there is such a message.
    /// - Throws: when nobody can wait.
    @discardableResult
    func awaitRest(_ handler: @escaping @Sendable () -> Void) throws(SystemError) -> Bool {
        guard hasPart.load(ordering: .relaxed), let end else { return false }
        let point = end.receiver.withLock { $0.hasPart ? $0.waitPoint : nil }
        guard let point, point.interest !== end.interest else { return false }
        let isAwaited = rest.withLock { rest in
            defer { rest.interest = point.interest }
            return rest.interest === point.interest
        }
        guard !isAwaited else { return true }
        do throws(SystemError) {
            _ = try point.interest.await(.reading) { [weak self] in
                self?.rest.withLock { $0.interest = nil }
                handler()
            }
        } catch {
            rest.withLock { $0.interest = nil }
            throw error
        }
        return true
    }
}
