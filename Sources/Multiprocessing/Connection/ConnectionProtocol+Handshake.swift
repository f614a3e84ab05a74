import MultiprocessingCore

extension ConnectionProtocol {
    /// The listener's side of a handshake.
    ///
    /// CPython's knows no purposes, and nothing of what the kernel says of the ends.
    func listenerHandshake(
        key: SecretBytes?, purpose: String, ends: HandshakeEnds, numbers: UInt64
    ) -> any HandshakeMachine {
        guard let digest else {
            return ListenerHandshake(
                key: key, purpose: purpose, ends: ends, numbers: numbers, nonce: HandshakeNonce.make())
        }
        return CPythonHandshake(.listener, key: key, digest: digest, random: Self.random)
    }

    /// The client's side of a handshake.
    func clientHandshake(
        key: SecretBytes?, purpose: String, ends: HandshakeEnds, numbers: UInt64
    ) -> any HandshakeMachine {
        guard let digest else {
            return ClientHandshake(
                key: key, purpose: purpose, ends: ends, numbers: numbers, nonce: HandshakeNonce.make())
        }
        return CPythonHandshake(.client, key: key, digest: digest, random: Self.random)
    }

    private static var random: [UInt8] { Array(HandshakeNonce.make().prefix(CPythonHandshake.randomLength)) }
}
