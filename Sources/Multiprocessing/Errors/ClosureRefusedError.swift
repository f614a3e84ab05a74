import MultiprocessingCore

/// A closure captures something that cannot be sent to another process; nothing was sent.
public struct ClosureRefusedError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The type that is in the way, with its module; nil when it has no name of its own.
    public let typeName: String?
    /// What is in the way and what to do instead.
    public let message: String

    init(_ refusal: FunctionRefusal) {
        typeName = refusal.typeName
        message = refusal.description
    }

    /// The message.
    public var description: String { message }
}
