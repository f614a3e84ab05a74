/// The proofs of a handshake: codes of a key and of everything that both sides said and know.
struct HandshakeProof {
    static let length = SHA256.digestLength
    /// The only digest of this version.
    static let digest = "sha256"

    private let key: SecretBytes
    private let transcript: [UInt8]
    /// What the client has to send.
    private(set) var ofClient: [UInt8] = []

    /// - Parameters:
    ///   - key: what both sides have to have.
    ///   - hello: the listener's first message, as it was sent.
    ///   - answer: the client's, without its proof.
    ///   - ends: what the kernel says of both ends.
    init(_ key: SecretBytes, hello: [UInt8], answer: [UInt8], ends: HandshakeEnds) {
        self.key = key
        var writer = ByteWriter()
        writer.append(UInt32(hello.count))
        writer.append(contentsOf: hello)
        writer.append(UInt32(answer.count))
        writer.append(contentsOf: answer)
        writer.append(contentsOf: ends.bytes)
        transcript = SHA256.digest(of: writer.bytes)
        ofClient = code("mp1 client")
    }

    /// What the listener has to send.
    var ofListener: [UInt8] { code("mp1 server", ofClient) }

    /// The keys for what follows, in each direction.
    var clientKey: [UInt8] { code("mp1 c2s") }
    var listenerKey: [UInt8] { code("mp1 s2c") }

    private func code(_ role: StaticString, _ more: [UInt8] = []) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(Array(role.description.utf8))
        code.update(transcript)
        code.update(more)
        return code.code()
    }
}

/// What the kernel says of the two ends of a connection.
package enum HandshakeEnds: Hashable, Sendable {
    /// Nothing: they may be on different machines.
    case network
    case local(listener: PeerCredentials, client: PeerCredentials, areComparable: Bool)

    /// The same on both sides.
    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter()
        guard case .local(let listener, let client, let areComparable) = self else {
            writer.append(UInt8(0))
            return writer.bytes
        }
        // In different containers the two sides are told different process numbers.
        writer.append(UInt8(areComparable ? 2 : 1))
        for end in [listener, client] {
            writer.append(end.userID)
            if areComparable { writer.append(end.processID) }
        }
        return writer.bytes
    }

    /// Leaves the process numbers out when the other side counts processes in another way.
    func comparable(_ areComparable: Bool) -> HandshakeEnds {
        guard case .local(let listener, let client, _) = self else { return self }
        return .local(listener: listener, client: client, areComparable: areComparable)
    }

    var isNetwork: Bool { self == .network }

    /// The user of the other end, if that is another one than this side's.
    package var stranger: UInt32? {
        guard case .local(let listener, let client, _) = self, listener.userID != client.userID else {
            return nil
        }
        return listener.userID == PeerCredentials.own.userID ? client.userID : listener.userID
    }
}
