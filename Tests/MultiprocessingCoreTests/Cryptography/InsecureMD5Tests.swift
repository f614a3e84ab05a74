import MultiprocessingCore
import Testing

@Suite struct InsecureMD5Tests {
    @Test(
        "The suite of RFC 1321",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                "d174ab98d277d9f5a5611c2c9f419d9f"
            ),
            (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
        ])
    func published(text: String, digest: String) {
        #expect(hex(InsecureMD5.digest(of: Array(text.utf8))) == digest)
    }

    @Test func everyLengthNearABlock() {
        #expect(digestOfDigests(InsecureMD5.self) == "6df39947d2c08075436d0edf312ed0fb")
    }

    @Test func piecesAreTheWhole() {
        let text = (0..<3000).map { UInt8($0 % 253) }
        let whole = InsecureMD5.digest(of: text)
        for seed: UInt64 in 1...10 {
            #expect(digestByPieces(InsecureMD5.self, of: text, seed: seed) == whole, "seed \(seed)")
        }
    }

    private static let many = [UInt8](repeating: 0xaa, count: 80)

    @Test(
        "The vectors of RFC 2202",
        arguments: [
            CodeVector([UInt8](repeating: 0x0b, count: 16), "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"),
            CodeVector(
                Array("Jefe".utf8), "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"),
            CodeVector(
                [UInt8](repeating: 0xaa, count: 16), [UInt8](repeating: 0xdd, count: 50),
                "56be34521d144c88dbb8c733f0e8b3f6"),
            CodeVector(
                Array(1...25), [UInt8](repeating: 0xcd, count: 50), "697eaf0aca3a3aea3a75164746ffaa79"),
            CodeVector(
                [UInt8](repeating: 0x0c, count: 16), "Test With Truncation",
                "56461ef2342edc00f9bab995690efd4c"),
            CodeVector(
                many, "Test Using Larger Than Block-Size Key - Hash Key First",
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"),
            CodeVector(
                many, "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
                "6f630fad67cda0ee1fb1f562db3aa53e"),
        ])
    func codes(_ vector: CodeVector) {
        var code = HMAC<InsecureMD5>(key: vector.key)
        code.update(vector.text)
        #expect(hex(code.code()) == vector.code)
    }
}
