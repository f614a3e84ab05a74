import MultiprocessingCore
import TestSupport
import Testing

/// Bytes as the published vectors print them.
func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Texts of all lengths up to 299, each followed by its digest, in one digest: every kind of padding is in it.
func digestOfDigests<Hash: HashFunction>(_ type: Hash.Type) -> String {
    var all = Hash()
    for length in 0..<300 {
        all.update(Hash.digest(of: (0..<length).map { UInt8($0 % 251) }))
    }
    return hex(all.digest())
}

/// Takes a text in by pieces of random lengths, from memory at any address.
func digestByPieces<Hash: HashFunction>(_ type: Hash.Type, of text: [UInt8], seed: UInt64) -> [UInt8] {
    var random = SplitMix64(state: seed)
    var hash = Hash()
    var rest = text[...]
    while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 0...150, using: &random))
        piece.withUnsafeBytes { hash.update($0) }
        rest = rest.dropFirst(piece.count)
    }
    return hash.digest()
}

@Suite struct SHA256Tests {
    @Test(
        "The vectors of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                    + "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func published(text: String, digest: String) {
        #expect(hex(SHA256.digest(of: Array(text.utf8))) == digest)
    }

    @Test func aMillionLetters() {
        let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(
            hex(SHA256.digest(of: letters))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func everyLengthNearABlock() {
        #expect(
            digestOfDigests(SHA256.self) == "fa70b867db0a30acb7218d62945db0df52eb393808b30675ea9aac6b058a9a9d"
        )
    }

    @Test func piecesAreTheWhole() {
        let text = (0..<5000).map { UInt8($0 % 253) }
        let whole = SHA256.digest(of: text)
        for seed: UInt64 in 1...20 {
            #expect(digestByPieces(SHA256.self, of: text, seed: seed) == whole, "seed \(seed)")
        }
    }

    @Test func aDigestDoesNotEndIt() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        #expect(hash.digest() == SHA256.digest(of: Array("ab".utf8)))
        let copy = hash
        hash.update(Array("c".utf8))
        #expect(hash.digest() == SHA256.digest(of: Array("abc".utf8)))
        #expect(copy.digest() == SHA256.digest(of: Array("ab".utf8)))
    }
}
