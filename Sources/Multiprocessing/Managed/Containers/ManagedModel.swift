/// What a managed container holds, and how it changes: plain values, without a process.
protocol ManagedModel: Sendable {
    /// A change, which is sent and told to others as it is.
    associatedtype Operation: Codable & Sendable
    /// All that it holds, as one value.
    associatedtype Content: Codable & Sendable

    var content: Content { get }

    /// Finds out whether changes can be made one after another.
    ///
    /// - Throws: what the first throws that cannot be made.
    func check(_ operations: [Operation]) throws

    /// Changes it, or throws and leaves it as it was.
    mutating func apply(_ operation: Operation) throws

    /// The change that makes all of the content new.
    static func replacing(with content: Content) -> Operation
}

extension ManagedModel {
    /// Nothing to find out, where every change can be made.
    func check(_ operations: [Operation]) {}
}

/// A content, and how often it had changed when it was looked at.
struct VersionedContent<Content: Codable & Sendable>: Codable, Sendable {
    let content: Content
    let version: UInt64
}
