/// Which digests prove a key to CPython.
package enum CPythonDigest: UInt8, Hashable, Sendable {
    /// SHA-256, as CPython 3.12 and later use it.
    case sha256
    /// SHA-256, and MD5 with those that know nothing else.
    case insecureMD5

    /// What a challenge or an answer of this digest begins with; MD5 has none.
    static let prefix = Array("{sha256}".utf8)

    /// The length of a challenge, and of an answer, by which CPython before 3.12 is known.
    static let oldChallengeLength = 20
    static let oldAnswerLength = 16

    /// Answers a challenge.
    func answer(to challenge: [UInt8], _ key: SecretBytes) throws(HandshakeFailure) -> [UInt8] {
        guard challenge.count >= Self.oldChallengeLength else {
            throw .malformed("a challenge of \(challenge.count) bytes")
        }
        if challenge.count == Self.oldChallengeLength {
            guard self == .insecureMD5 else { throw .onlyMD5 }
            return Self.proof(InsecureMD5.self, challenge, key).code()
        }
        guard challenge.starts(with: Self.prefix) else {
            throw .mismatch("the other side wants another digest")
        }
        return Self.prefix + Self.proof(SHA256.self, challenge, key).code()
    }

    /// Checks the answer to a challenge.
    func check(_ answer: [UInt8], to challenge: [UInt8], _ key: SecretBytes) throws(HandshakeFailure) {
        if answer.count == Self.oldAnswerLength {
            guard self == .insecureMD5 else { throw .onlyMD5 }
            guard Self.proof(InsecureMD5.self, challenge, key).verify(answer) else { throw .wrongProof }
            return
        }
        guard answer.starts(with: Self.prefix) else { throw .mismatch("the other side chose another digest") }
        let code = Array(answer.dropFirst(Self.prefix.count))
        guard Self.proof(SHA256.self, challenge, key).verify(code) else { throw .wrongProof }
    }

    private static func proof<Hash: HashFunction>(
        _ hash: Hash.Type, _ text: [UInt8], _ key: SecretBytes
    ) -> HMAC<Hash> {
        var proof = HMAC<Hash>(key: key)
        proof.update(text)
        return proof
    }
}

extension HandshakeFailure {
    fileprivate static let onlyMD5 = HandshakeFailure.mismatch(
        "the other side knows MD5 only, as CPython before 3.12 does")
}
