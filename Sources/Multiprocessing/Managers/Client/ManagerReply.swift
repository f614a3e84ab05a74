import MultiprocessingCore

/// What a manager has answered to a call.
struct ManagerReply: Sendable {
    private let kind: ManagerFrame
    private var body: FrameSlice
    /// The objects that came with it.
    private let holds: [ProxyHold]

    init(_ kind: ManagerFrame, _ body: FrameSlice, holds: [ProxyHold]) {
        self.kind = kind
        self.body = body
        self.holds = holds
    }

    /// The value that was returned.
    ///
    /// - Throws: what the method threw; a ``MultiprocessingError`` with the code `undecodable` for another value.
    func value<Value: Decodable>(as type: Value.Type) throws -> Value {
        defer { withExtendedLifetime(holds) {} }
        guard kind == .value else { throw failure() }
        do {
            var body = body
            return try body.read { reader in
                let value = try reader.decode(type)
                guard reader.bytes.isAtEnd else {
                    throw WireError.malformed("\(reader.bytes.remaining) bytes too many")
                }
                return value
            }
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(
                .undecodable, "what a managed object returned is no value of type \(type)", cause: error)
        }
    }

    /// Checks that the method came to its end.
    ///
    /// - Throws: what it threw.
    func checkNothing() throws {
        guard kind == .nothing else { throw failure() }
    }

    private func failure() -> any Error {
        guard kind == .failure else {
            return MultiprocessingError(
                .protocolViolation, "a manager answered a call with what that does not return")
        }
        do {
            var body = body
            return try body.read { try ErrorTransport.decodeKeyed(from: &$0) }
        } catch {
            return MultiprocessingError(
                .undecodable, "what a managed object threw cannot be decoded", cause: error)
        }
    }
}
