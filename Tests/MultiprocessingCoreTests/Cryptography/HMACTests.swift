import MultiprocessingCore
import Testing

/// What the two RFCs list: a key, a text and its code.
struct CodeVector: Sendable {
    let key: [UInt8]
    let text: [UInt8]
    let code: String

    init(_ key: [UInt8], _ text: String, _ code: String) {
        self.init(key, Array(text.utf8), code)
    }

    init(_ key: [UInt8], _ text: [UInt8], _ code: String) {
        self.key = key
        self.text = text
        self.code = code
    }
}

@Suite struct HMACTests {
    private static let many = [UInt8](repeating: 0xaa, count: 131)

    @Test(
        "The vectors of RFC 4231",
        arguments: [
            CodeVector(
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            CodeVector(
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            CodeVector(
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            CodeVector(
                Array(1...25), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            // The list has the first half of it.
            CodeVector(
                [UInt8](repeating: 0x0c, count: 20), "Test With Truncation",
                "a3b6167473100ee06e0c796c2955552b"),
            CodeVector(
                many, "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            CodeVector(
                many,
                "This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ])
    func published(_ vector: CodeVector) throws {
        var code = HMAC<SHA256>(key: vector.key)
        code.update(vector.text)
        #expect(hex(code.code()).hasPrefix(vector.code))
        #expect(code.verify(code.code()))
        // The same from a secret, by pieces of raw memory.
        let secret = try SecretBytes(count: vector.key.count) { $0.copyBytes(from: vector.key) }
        var pieces = HMAC<SHA256>(key: secret)
        for byte in vector.text { withUnsafeBytes(of: byte) { pieces.update($0) } }
        #expect(pieces.code() == code.code())
    }

    @Test func aReadyKeyIsUsedAgain() {
        let ready = HMAC<SHA256>(key: [1, 2, 3])
        var codes: Set<[UInt8]> = []
        for _ in 0..<3 {
            var code = ready
            code.update([4, 5])
            codes.insert(code.code())
        }
        #expect(codes.count == 1)
        #expect(!codes.contains(ready.code()))
    }

    @Test func verifyRefusesEveryWrongCode() {
        var code = HMAC<SHA256>(key: [7])
        code.update([8])
        let right = code.code()
        for bit in 0..<256 {
            var wrong = right
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!code.verify(wrong), "bit \(bit)")
        }
        #expect(!code.verify([]))
        #expect(!code.verify(right.dropLast()))
        #expect(!code.verify(right + [0]))
    }
}
