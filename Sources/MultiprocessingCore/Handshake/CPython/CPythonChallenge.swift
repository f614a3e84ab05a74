/// What one side asks the other to prove its key with.
///
/// CPython's protocol lets whoever has no key pass a challenge on to somebody who has one, and come back with the
/// answer. Between sides of ours that ends here: to those who have the key, a challenge of ours tells which side
/// asked, and nobody answers a challenge of its own kind. To all others it is random.
struct CPythonChallenge {
    static let randomLength = 24
    private static let markLength = 16

    /// With the digest in front, as codes are made of it.
    let bytes: [UInt8]

    init(of role: CPythonHandshake.Role, random: [UInt8], _ key: SecretBytes) {
        bytes = CPythonDigest.prefix + random + Self.mark(role, random[...], key)
    }

    /// Whether somebody of our kind, with our key and in the same role, has made this challenge.
    static func isFromEqual(_ challenge: [UInt8], _ role: CPythonHandshake.Role, _ key: SecretBytes) -> Bool {
        let parts = challenge.dropFirst(CPythonDigest.prefix.count)
        guard parts.count == randomLength + markLength else { return false }
        let expected = mark(role, parts.prefix(randomLength), key)
        return ConstantTime.areEqual(expected, Array(parts.suffix(markLength)))
    }

    private static func mark(
        _ role: CPythonHandshake.Role, _ random: ArraySlice<UInt8>, _ key: SecretBytes
    ) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(Array("mp1 cpython \(role.rawValue)".utf8))
        code.update(Array(random))
        return Array(code.code().prefix(markLength))
    }
}
