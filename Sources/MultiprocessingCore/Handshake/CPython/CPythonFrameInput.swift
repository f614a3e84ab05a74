/// Collects the messages of a handshake with CPython, each behind four bytes of length.
struct CPythonFrameInput {
    /// What CPython accepts of strangers.
    static let longest = 256
    private static let headLength = 4
    private var collected: [UInt8] = []

    /// Puts a message behind its length.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        StreamFraming.cpython.head(of: OutgoingMessage(message)) + message
    }

    /// How many bytes the message needs still, as far as its head tells.
    var wanted: Int {
        guard collected.count >= Self.headLength else { return Self.headLength - collected.count }
        return Self.headLength + length - collected.count
    }

    /// Takes bytes in, no more than are wanted; gives the message once it is complete.
    mutating func append(_ bytes: ArraySlice<UInt8>) throws(HandshakeFailure) -> [UInt8]? {
        collected += bytes
        guard collected.count >= Self.headLength else { return nil }
        guard length <= Self.longest else { throw .malformed("no message of a handshake with CPython") }
        guard wanted >= 0 else {
            throw .malformed("something behind a message that has to be answered first")
        }
        guard wanted == 0 else { return nil }
        defer { collected = [] }
        return Array(collected.dropFirst(Self.headLength))
    }

    /// Negative lengths, and those in the long form, are very large ones here.
    private var length: Int {
        collected.prefix(Self.headLength).reduce(0) { $0 << 8 | Int($1) }
    }
}
