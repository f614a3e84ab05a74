/// Collects the messages of the other side, each behind its length, within the limits for strangers.
struct HandshakeInput {
    private static let lengthSize = 2
    private var collected: [UInt8] = []
    private var total = 0

    /// Puts a message behind its length.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: message.count), UInt8(truncatingIfNeeded: message.count >> 8)] + message
    }

    /// How many bytes a message of so many takes.
    static func framedLength(_ count: Int) -> Int { lengthSize + count }

    /// How many more bytes may come, where a message has at most so many.
    func wanted(_ longest: Int = HandshakeLimits.message) -> Int {
        max(0, Self.framedLength(longest) - collected.count)
    }

    /// Takes bytes in.
    ///
    /// - Parameters:
    ///   - bytes: what came.
    ///   - longest: how long the message may be.
    /// - Returns: the message, once it is complete.
    /// - Throws: `malformed` for a message that is too long, and when something follows it.
    mutating func append(
        _ bytes: ArraySlice<UInt8>, longest: Int = HandshakeLimits.message
    ) throws(HandshakeFailure) -> [UInt8]? {
        total += bytes.count
        guard total <= HandshakeLimits.total else { throw .malformed("more than a handshake's bytes") }
        collected += bytes
        guard collected.count >= Self.lengthSize else { return nil }
        let length = Int(collected[0]) | Int(collected[1]) << 8
        guard length > 0, length <= longest else { throw .malformed("a message of \(length) bytes") }
        guard collected.count >= Self.framedLength(length) else { return nil }
        guard collected.count == Self.framedLength(length) else {
            throw .malformed("something behind a message that has to be answered first")
        }
        defer { collected = [] }
        return Array(collected[Self.lengthSize...])
    }
}
