import MultiprocessingCore

/// What a manager has answered to a call, or why it has not.
///
/// Small, because every call that waits has room for one.
enum ManagerReply: Sendable {
    case nothing
    /// A short value that came alone.
    case short(ShortBytes)
    /// Every other answer.
    case long(KeptReply)
    /// There is none, and there will be none.
    case failed(any Error)

    /// The value that was returned.
    ///
    /// - Throws: what the method threw; a ``MultiprocessingError`` with the code `undecodable` for another value.
    func value<Value: Decodable>(as type: Value.Type) throws -> Value {
        switch self {
        case .short(let bytes):
            return try bytes.withReader { reader in try Self.decode(type, from: &reader) }
        case .long(let reply):
            guard reply.kind == .value else { throw reply.failure() }
            var body = reply.body
            return try body.read { reader in try Self.decode(type, from: &reader) }
        case .nothing: throw Self.strange
        case .failed(let error): throw error
        }
    }

    /// Checks that the method came to its end.
    ///
    /// - Throws: what it threw.
    func checkNothing() throws {
        switch self {
        case .nothing: return
        case .short: throw Self.strange
        case .long(let reply): throw reply.failure()
        case .failed(let error): throw error
        }
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, from reader: inout MessageReader
    ) throws -> Value {
        do {
            let value = try reader.decode(type)
            guard reader.bytes.isAtEnd else {
                throw WireError.malformed("\(reader.bytes.remaining) bytes too many")
            }
            return value
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(
                .undecodable, "what a managed object returned is no value of type \(type)", cause: error)
        }
    }

    fileprivate static var strange: MultiprocessingError {
        MultiprocessingError(
            .protocolViolation, "a manager answered a call with what that does not return")
    }
}

/// An answer that stays in the message that it came in.
final class KeptReply: Sendable {
    fileprivate let kind: ManagerFrame
    fileprivate let body: FrameSlice
    /// The objects that came with it.
    private let holds: [ProxyHold]

    init(_ kind: ManagerFrame, _ body: FrameSlice, holds: [ProxyHold]) {
        self.kind = kind
        self.body = body
        self.holds = holds
    }

    /// What is thrown for an answer that is not what was asked for.
    fileprivate func failure() -> any Error {
        guard kind == .failure else { return ManagerReply.strange }
        do {
            var body = body
            return try body.read { try ErrorTransport.decodeKeyed(from: &$0) }
        } catch {
            return MultiprocessingError(
                .undecodable, "what a managed object threw cannot be decoded", cause: error)
        }
    }
}
