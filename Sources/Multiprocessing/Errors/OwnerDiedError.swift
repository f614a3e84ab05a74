/// The process that held a lock ended without releasing it: what the lock guards may be half changed.
///
/// Use `withLock(recovering:)` to put it in order first.
public struct OwnerDiedError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The process identifier of the holder that ended; it may belong to another process by now.
    public let processID: Int32

    /// What happened, and what to do.
    public var description: String {
        "process \(processID) ended while it held the lock: use withLock(recovering:) to repair what the lock guards"
    }
}
