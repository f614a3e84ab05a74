/// An error that was thrown in another process and whose own type could not travel.
///
/// An error arrives as the type that was thrown when that type is `Codable`; any other arrives as this.
public struct RemoteError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name of the type that was thrown, with its module.
    public let typeName: String
    /// What the error said of itself.
    public let message: String
    /// The process in which it was thrown.
    public let processID: Int32

    /// The type's name and the error's own description.
    public var description: String { "\(typeName): \(message) (thrown in process \(processID))" }
}
