/// A way to start children: every start method is one.
package protocol Launcher: Sendable {
    /// Where its starts, which block, are run.
    var lane: Lane { get }

    /// Tries once to start a child.
    ///
    /// - Throws: when the system cannot make a process, or it cannot be what it is told to be; no child is left then.
    func attempt(_ order: LaunchOrder) throws -> LaunchedChild
}

extension Launcher {
    package var lane: Lane { .launching }

    /// Starts a child; blocks for as long as the start takes, so it runs on the lane.
    ///
    /// - Parameters:
    ///   - order: what to start.
    ///   - onStart: called with the child once it has been started, before `onExit`.
    ///   - onExit: called exactly once, on the poller's thread, when the child has ended and was reaped; never if
    ///     the start fails.
    /// - Returns: the child.
    /// - Throws: what the last attempt threw.
    package func launch(
        _ order: LaunchOrder, onStart: (LaunchedChild) -> Void = { _ in },
        onExit: @escaping @Sendable (ProcessEnd) -> Void
    ) throws(LaunchFailure) -> LaunchedChild {
        let child = try StartRetries.run(order) { try attempt(order) }
        onStart(child)
        child.report(to: onExit)
        return child
    }
}

/// Why a child could not be started.
package struct LaunchFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// The system call that failed, if it was one.
    package let systemError: SystemError?
    /// The start was given up on request.
    package let isCancelled: Bool
    /// What the closure that a fork server runs at its start left as its error, in the form of its role.
    package let preloadError: [UInt8]?

    init(_ error: any Error) {
        systemError =
            switch error {
            case let error as SystemError: error
            case MessageSocket.Failure.system(let error): error
            default: nil
            }
        isCancelled = error is StartRetries.Cancelled
        preloadError = if case ForkServer.PreloadFailure.threw(let bytes) = error { bytes } else { nil }
        description = systemError?.description ?? String(describing: error)
    }
}
