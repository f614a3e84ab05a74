import Glibc
import MultiprocessingCore

extension MultiprocessingError {
    /// This process has closed the handle.
    static let closedConnection = MultiprocessingError(.closed, "this end of the connection was closed here")

    /// Why nothing was received.
    init(receiving failure: TransportFailure, limit: Int) {
        switch failure {
        case .ended, .broken:
            self.init(
                .connectionClosed, "the other end of the connection was closed, and everything was received")
        case .wire(.truncated):
            self.init(.truncated, "the sender of a message ended before the whole message had been sent")
        case .wire(let error):
            self.init(.protocolViolation, "what came over the connection is no message", cause: error)
        case .tooLong(let length):
            self.init(
                .messageTooLong,
                "a message of \(length) bytes came where at most \(limit) are accepted; "
                    + "nothing more can be received on this connection")
        case .unusable:
            self.init(
                .protocolViolation, "an earlier error has made this end of the connection useless: close it")
        case .forged:
            self.init(
                .authenticationFailed,
                "a message was changed, repeated, moved or left out on its way; nothing more can be received on "
                    + "this connection")
        case .system(let error) where error.isShortage:
            self.init(.noResources, "there is no room here for a message that came", cause: error)
        case .system(let error):
            self.init(.brokenConnection, "nothing could be received from the connection", cause: error)
        }
    }

    /// Why something was not sent.
    init(sending failure: TransportFailure) {
        switch failure {
        case .ended, .broken:
            self.init(.brokenConnection, "nobody will receive from the other end of the connection any more")
        case .wire(.tooLarge(let reason)):
            self.init(.invalidArgument, "the message was not sent: \(reason)")
        case .wire(let error):
            self.init(.protocolViolation, "the message was not sent", cause: error)
        case .tooLong(let length):
            self.init(.messageTooLong, "a message of \(length) bytes is too long")
        case .unusable, .forged:
            self.init(.brokenConnection, "an earlier message was cut off in the middle: close the connection")
        case .system(let error) where error.isShortage:
            self.init(
                .noResources, "there is no room for the message now; nothing of it was sent", cause: error)
        case .system(let error):
            self.init(.brokenConnection, "the message could not be sent", cause: error)
        }
    }
}

extension SystemError {
    /// Whether the system would do it if others used less.
    fileprivate var isShortage: Bool { isCrowding || code == EMFILE || code == ENFILE }
}
