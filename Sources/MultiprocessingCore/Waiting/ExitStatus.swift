/// How a process ended, as the kernel told it.
package enum ExitStatus: Hashable, Sendable {
    /// It exited with this code.
    case exited(Int32)
    /// It was ended by this signal.
    case signaled(Int32)
    /// It is gone, but nobody who was allowed to ask for its status lived long enough to do so.
    case unknown
}
