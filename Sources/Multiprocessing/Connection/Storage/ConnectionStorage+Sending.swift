import MultiprocessingCore
import Synchronization

extension ConnectionStorage {
    /// Sends a message, as soon as it is its turn and there is space; false when the limit is over before it began.
    ///
    /// A message that has begun is sent whole, also when the task that sends it is cancelled.
    nonisolated(nonsending) func send(_ message: OutgoingMessage, until deadline: Deadline?) async throws
        -> Bool
    {
        try checkWritable()
        let link = try link
        let end = link.end
        guard message.descriptors.isEmpty || end.carriesDescriptors else {
            throw MultiprocessingError(
                .notTransferable,
                "the message holds a handle or a descriptor, which cannot leave the machine or go over a pipe of "
                    + "bytes; use a managed object there")
        }
        try Task.checkCancellation()
        guard try await link.sending.take(until: deadline) else { return false }
        do {
            try end.sender.withLock { sender throws(TransportFailure) in try sender.begin(message) }
            guard try await push(end, until: deadline) else {
                return leave(link)
            }
            link.sending.give()
            expectsAnswer.store(true, ordering: .relaxed)
            return true
        } catch let failure as TransportFailure {
            link.sending.give()
            throw MultiprocessingError(sending: failure)
        } catch {
            if isClosed {
                end.sender.withLock { $0.abandon() }
                link.sending.give()
                throw MultiprocessingError.closedConnection
            }
            _ = leave(link)
            throw error
        }
    }

    /// Goes on with the message that was begun; false when the limit is over first.
    nonisolated(nonsending) private func push(_ end: ConnectionEnd, until deadline: Deadline?) async throws
        -> Bool
    {
        while true {
            if case .done = try attempt(end) { return true }
            if let deadline, deadline.hasPassed { return false }
            if case .done = try look({ () throws(TransportFailure) -> Step<Void> in try attempt(end) }) {
                return true
            }
            let points = end.sender.withLock { $0.waitPoints }
            let waited = try await wait(for: points, until: deadline)
            if !waited, case .later = try attempt(end) { return false }
        }
    }

    private func attempt(_ end: ConnectionEnd) throws(TransportFailure) -> Step<Void> {
        try end.sender.withLock { sender throws(TransportFailure) in try sender.send() }
    }

    /// Leaves a message alone whose sender does not wait any longer: it is forgotten, or sent by a task of its own.
    ///
    /// - Returns: whether it will arrive.
    private func leave(_ link: ConnectionLink) -> Bool {
        let end = link.end
        let hasBegun = end.sender.withLock { sender in
            if !sender.hasBegun { sender.abandon() }
            return sender.hasBegun
        }
        guard hasBegun else {
            link.sending.give()
            return false
        }
        Task.detached { [self] in
            // The turn comes with the message. When it fails, so does the next one, and that tells.
            defer { link.sending.give() }
            do {
                while try await !push(end, until: nil) {}
            } catch {
                end.sender.withLock { $0.abandon() }
            }
        }
        return true
    }
}
