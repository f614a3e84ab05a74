/// A managed namespace was asked for an attribute that it does not have.
public struct MissingAttributeError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The attribute's name.
    public let name: String

    /// What was asked for.
    public var description: String { "the namespace has no attribute \"\(name)\"" }
}
