import MultiprocessingCore
import Synchronization

/// What the handles and waiting tasks of one end of a connection share.
final class ConnectionStorage: Sendable {
    /// Nil once it was closed.
    private let openLink: Mutex<ConnectionLink?>
    let attention = Attention(maximum: 40_000, alone: 50_000)
    /// Whether something was sent since the last receive, so that an answer is likely, but not there yet.
    let expectsAnswer = Atomic(false)
    /// Whether the other end knows the library's encoding.
    let carriesValues: Bool
    let isReadable: Bool
    let isWritable: Bool
    /// The longest message that is accepted when the receiver says nothing else.
    let maximumLength: Int

    init(_ end: ConnectionEnd, maximumLength: Int) {
        openLink = Mutex(ConnectionLink(end))
        self.maximumLength = maximumLength
        carriesValues = end.framing == .native
        isReadable = end.isReadable
        isWritable = end.isWritable
    }

    /// The link, for as long as its user needs it.
    var link: ConnectionLink {
        get throws {
            let link = try openLink.withLock { link in
                link = try link?.current
                return link
            }
            guard let link else { throw MultiprocessingError.closedConnection }
            return link
        }
    }

    var isClosed: Bool { openLink.withLock { $0 == nil } }

    /// Ends all use of it; the descriptor closes with the last user.
    func close() {
        guard let link = openLink.withLock({ $0.take() }) else { return }
        link.receiving.end()
        link.sending.end()
        let end = link.end
        // Whoever waits looks again, and finds it closed.
        end.interest.fire()
        for point in end.sender.withLock({ $0.waitPoints }) { point.interest.fire() }
        end.receiver.withLock { $0.waitPoint }.interest.fire()
    }

    func checkValues() throws {
        guard carriesValues else {
            throw MultiprocessingError(
                .invalidArgument,
                "CPython is at the other end of the connection, and does not know the library's values: use bytes, "
                    + "or JSON with MultiprocessingFoundation")
        }
    }

    func checkReadable() throws {
        guard isReadable else {
            throw MultiprocessingError(.invalidArgument, "this end of the connection only sends")
        }
    }

    func checkWritable() throws {
        guard isWritable else {
            throw MultiprocessingError(.invalidArgument, "this end of the connection only receives")
        }
    }
}
