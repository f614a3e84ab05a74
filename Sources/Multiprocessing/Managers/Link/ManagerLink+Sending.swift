import MultiprocessingCore
import Synchronization

extension ManagerLink {
    /// Sends what was appended, as far as there is space.
    func flush() {
        guard let end else { return }
        while true {
            let (message, way, relief) = outbox.withLock { $0.begin() }
            relief?()
            guard let message, begin(message, way, end) else { return }
            outbox.withLock { $0.isSending = false }
        }
    }

    /// Whether the message was sent; else somebody goes on with it.
    private func begin(_ message: OutgoingMessage, _ way: SharedWay?, _ end: ConnectionEnd) -> Bool {
        guard let way else { return begin(message, end) }
        do {
            switch try way.send(message) {
            case .full:
                putBack(message)
                return false
            case .sent:
                if way.takeSleeper() { wake(end) }
                return true
            case .elsewhere: return begin(message, end)
            }
        } catch {
            close()
            return false
        }
    }

    /// The same, over the socket.
    private func begin(_ message: OutgoingMessage, _ end: ConnectionEnd) -> Bool {
        do {
            try end.sender.withLock { sender throws(TransportFailure) in try sender.begin(message) }
            return try push(message, end)
        } catch {
            return failed(error, message, end)
        }
    }

    /// There is no room in memory; nothing tells when there is some.
    private func putBack(_ message: OutgoingMessage) {
        let mustWait = outbox.withLock { outbox in
            outbox.putBack(message)
            defer { outbox.isWaiting = true }
            return !outbox.isWaiting
        }
        guard mustWait else { return }
        Poller.shared.schedule(at: .after(Self.retryTime)) { [self] in
            outbox.withLock { $0.isWaiting = false }
            flush()
        }
    }

    /// Wakes the other side, which waits at its socket; one that cannot take this has something to wake for.
    private func wake(_ end: ConnectionEnd) {
        end.sender.withLock { sender in
            do throws(TransportFailure) {
                try sender.begin(OutgoingMessage([]))
                if case .later = try sender.send() { sender.abandon() }
            } catch {
                // Its end is found by whoever reads.
                sender.abandon()
            }
        }
    }

    private func push(_ message: OutgoingMessage, _ end: ConnectionEnd) throws(TransportFailure) -> Bool {
        let step = try end.sender.withLock { sender throws(TransportFailure) in try sender.send() }
        if case .done = step { return true }
        for point in end.sender.withLock({ $0.waitPoints }) {
            do throws(SystemError) {
                _ = try point.interest.await(point.direction) { [self] in goOn(message, end) }
            } catch {
                throw .system(error)
            }
        }
        return false
    }

    /// On the poller's thread: there may be space.
    private func goOn(_ message: OutgoingMessage, _ end: ConnectionEnd) {
        do {
            guard try push(message, end) else { return }
        } catch {
            guard failed(error, message, end) else { return }
        }
        outbox.withLock { $0.isSending = false }
        flush()
    }

    /// Tries again later what only lacks room; gives everything else up, and the other side's end says the rest.
    private func failed(
        _ failure: TransportFailure, _ message: OutgoingMessage, _ end: ConnectionEnd
    ) -> Bool {
        if case .system(let error) = failure, error.isShortage {
            Poller.shared.schedule(at: .after(Self.retryTime)) { [self] in
                guard begin(message, end) else { return }
                outbox.withLock { $0.isSending = false }
                flush()
            }
            return false
        }
        close()
        return false
    }
}
