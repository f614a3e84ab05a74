/// What the listener says first.
struct HelloMessage: Hashable {
    static let magic: UInt64 = 0x316F_6C6C_6568_706D
    static let version: UInt16 = 1

    var version = HelloMessage.version
    /// What the connection is for, so that a key that serves several purposes proves one of them at a time.
    var purpose: String
    var nonce: [UInt8]
    /// Which process numbers the kernel tells the listener.
    var numbers: UInt64
    /// The digests among which the client chooses; none means that nobody has to prove anything.
    var digests: [String]

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.append(version)
        writer.append(numbers)
        writer.append(contentsOf: nonce)
        writer.append(text: purpose)
        writer.append(UInt8(digests.count))
        for digest in digests { writer.append(text: digest) }
        return writer.bytes
    }

    init(purpose: String, nonce: [UInt8], numbers: UInt64, digests: [String]) {
        self.purpose = purpose
        self.nonce = nonce
        self.numbers = numbers
        self.digests = digests
    }

    init(_ bytes: [UInt8]) throws(HandshakeFailure) {
        var reader = MessageReader(bytes)
        guard try reader.number(UInt64.self) == Self.magic else {
            throw .malformed("the greeting of another program")
        }
        version = try reader.number()
        // Whatever follows is the other version's.
        guard version == Self.version else { throw .version(version) }
        numbers = try reader.number()
        nonce = try reader.bytes(HandshakeProof.length)
        purpose = try reader.text()
        let count = try reader.number(UInt8.self)
        digests = []
        for _ in 0..<count { digests.append(try reader.text()) }
        try reader.finish()
    }
}

/// What the client answers: what it chose, and the proof that it has the key.
struct AnswerMessage: Hashable {
    var version = HelloMessage.version
    var nonce: [UInt8]
    var numbers: UInt64
    /// The digest that it chose; empty where nobody has to prove anything.
    var digest: String
    /// Empty without a digest.
    var proof: [UInt8]

    /// All but the proof, which is about these bytes.
    var head: [UInt8] {
        var writer = ByteWriter()
        writer.append(version)
        writer.append(numbers)
        writer.append(contentsOf: nonce)
        writer.append(text: digest)
        return writer.bytes
    }

    var bytes: [UInt8] { head + proof }

    init(nonce: [UInt8], numbers: UInt64, digest: String, proof: [UInt8] = []) {
        self.nonce = nonce
        self.numbers = numbers
        self.digest = digest
        self.proof = proof
    }

    init(_ bytes: [UInt8]) throws(HandshakeFailure) {
        var reader = MessageReader(bytes)
        version = try reader.number()
        guard version == HelloMessage.version else { throw .version(version) }
        numbers = try reader.number()
        nonce = try reader.bytes(HandshakeProof.length)
        digest = try reader.text()
        proof = digest.isEmpty ? [] : try reader.bytes(HandshakeProof.length)
        try reader.finish()
    }
}

/// What the listener says last, always as long: that the client is welcome and the proof that it has the key as well,
/// or that there will be no connection, and not why.
struct VerdictMessage: Hashable {
    static let length = 1 + HandshakeProof.length
    static let failure = VerdictMessage(
        isWelcome: false, proof: [UInt8](repeating: 0, count: HandshakeProof.length))

    var isWelcome: Bool
    var proof: [UInt8]

    var bytes: [UInt8] { [isWelcome ? 1 : 0] + proof }

    init(isWelcome: Bool, proof: [UInt8]) {
        self.isWelcome = isWelcome
        self.proof = proof
    }

    init(_ bytes: [UInt8]) throws(HandshakeFailure) {
        guard bytes.count == Self.length, bytes[0] <= 1 else { throw .malformed("a verdict that is none") }
        isWelcome = bytes[0] == 1
        proof = Array(bytes[1...])
    }
}

/// Takes a message of a handshake apart.
private struct MessageReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func bytes(_ count: Int) throws(HandshakeFailure) -> [UInt8] {
        guard count <= rest.count else { throw .malformed("a message that ends too early") }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A number as it lies in memory.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(HandshakeFailure) -> Number {
        try bytes(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func text() throws(HandshakeFailure) -> String {
        let count = try number(UInt8.self)
        guard let text = String(validating: try bytes(Int(count)), as: UTF8.self) else {
            throw .malformed("a name that is no text")
        }
        return text
    }

    func finish() throws(HandshakeFailure) {
        guard rest.isEmpty else { throw .malformed("\(rest.count) bytes too many") }
    }
}
