import Glibc
import MultiprocessingCore

extension MultiprocessingError {
    /// Why nobody can listen at an address.
    init(listeningAt address: String, _ failure: LocalPlace.Failure) {
        switch failure {
        case .unsafe(let reason):
            self.init(.invalidArgument, "\(address) is no safe place for a socket: \(reason)")
        case .system(let error) where error.code == EADDRINUSE:
            self.init(
                .addressInUse,
                "something is at \(address) already; it was left as it is: remove it, or use another address",
                cause: error)
        case .system(let error) where [EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC].contains(error.code):
            self.init(.noResources, "there is no room to listen at \(address)", cause: error)
        case .system(let error):
            self.init(.invalidArgument, "nobody can listen at \(address)", cause: error)
        }
    }

    /// Why nobody was reached at an address.
    init(connectingTo address: ListenerAddress, _ error: SystemError) {
        switch error.code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            self.init(.noResources, "there is no room for a connection to \(address)", cause: error)
        case EPROTOTYPE:
            self.init(.protocolViolation, "another kind of listener is at \(address)", cause: error)
        case EINVAL, ENAMETOOLONG, EAFNOSUPPORT, ENOTDIR, ELOOP:
            self.init(.invalidArgument, "nobody can be at \(address)", cause: error)
        default:
            self.init(.unreachable, "nobody answers at \(address)", cause: error)
        }
    }

    /// Why two sides did not come to an agreement.
    init(handshakeWith address: ListenerAddress, _ failure: HandshakeFailure) {
        switch failure {
        case .wrongProof, .refused:
            self.init(.authenticationFailed, "the listener at \(address) has another key")
        case .mismatch(let reason):
            self.init(.authenticationFailed, "no agreement with the listener at \(address): \(reason)")
        case .foreignUser(let user):
            self.init(.authenticationFailed, "the listener at \(address) is a program of user \(user)")
        case .version(let version):
            self.init(
                .versionMismatch,
                "the listener at \(address) speaks version \(version) of the protocol, which is unknown here")
        case .malformed(let reason):
            self.init(.protocolViolation, "what is at \(address) is no listener of this library: \(reason)")
        case .ended:
            self.init(
                .brokenConnection,
                "the listener at \(address) ended the connection before it was authenticated")
        case .system(let error):
            self.init(.brokenConnection, "the connection to \(address) failed", cause: error)
        }
    }
}
