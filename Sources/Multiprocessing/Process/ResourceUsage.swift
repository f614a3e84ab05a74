import MultiprocessingCore

/// What a child process used in its life, together with those of its own children that it waited for.
public struct ResourceUsage: Hashable, Sendable, CustomStringConvertible {
    /// The time that processors spent in the child's code.
    public let userTime: Duration
    /// The time that processors spent in the system for the child.
    public let systemTime: Duration
    /// The most memory that was resident at once, in bytes.
    ///
    /// A child that was started by `.spawn` counts from what the starting process had resident at the start.
    public let peakMemory: Int

    init(_ usage: ProcessUsage) {
        userTime = .nanoseconds(usage.userTime)
        systemTime = .nanoseconds(usage.systemTime)
        peakMemory = Int(usage.peakMemory)
    }

    /// The times and the memory in words.
    public var description: String {
        "\(userTime) user, \(systemTime) system, \(peakMemory >> 10) KiB"
    }
}
