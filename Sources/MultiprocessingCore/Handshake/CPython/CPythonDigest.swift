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
            return Self.code(InsecureMD5.self, challenge, key)
        }
        guard challenge.starts(with: Self.prefix) else {
            throw .mismatch("the other side wants another digest")
        }
        return Self.prefix + Self.code(SHA256.self, challenge, key)
    }

    /// Checks the answer to a challenge.
    func check(_ answer: [UInt8], to challenge: [UInt8], _ key: SecretBytes) throws(HandshakeFailure) {
        if answer.count == Self.oldAnswerLength {
            guard self == .insecureMD5 else { throw .onlyMD5 }
            guard ConstantTime.areEqual(answer, Self.code(InsecureMD5.self, challenge, key)) else {
                throw .wrongProof
            }
            return
        }
        guard answer.starts(with: Self.prefix) else { throw .mismatch("the other side chose another digest") }
        let code = Array(answer.dropFirst(Self.prefix.count))
        guard ConstantTime.areEqual(code, Self.code(SHA256.self, challenge, key)) else { throw .wrongProof }
    }

    private static func code<Hash: HashFunction>(
        _ hash: Hash.Type, _ text: [UInt8], _ key: SecretBytes
    ) -> [UInt8] {
        var code = HMAC<Hash>(key: key)
        code.update(text)
        return code.code()
    }
}

extension HandshakeFailure {
    fileprivate static let onlyMD5 = HandshakeFailure.mismatch(
        "the other side knows MD5 only, as CPython before 3.12 does")
}
