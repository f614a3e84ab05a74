/// A way to start children: every start method is one.
package protocol Launcher: Sendable {
    /// Starts a child; blocks for as long as the start takes, so it runs on a lane.
    ///
    /// - Parameters:
    ///   - order: what to start.
    ///   - onExit: called exactly once, on the poller's thread, when the child has ended and was reaped; never if
    ///     the start fails.
    /// - Returns: the child.
    /// - Throws: when the system cannot make a process, or it cannot be told what it is.
    func launch(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws(LaunchFailure) -> LaunchedChild
}

/// What to start.
package struct LaunchOrder: Sendable {
    /// The type whose `run` the child executes.
    package var role: any ChildRole.Type
    /// Bytes for the role.
    package var payload: [UInt8]
    /// Descriptors for the role; the child gets copies, at most 253.
    package var descriptors: [SharedDescriptor]

    package init(role: any ChildRole.Type, payload: [UInt8] = [], descriptors: [SharedDescriptor] = []) {
        self.role = role
        self.payload = payload
        self.descriptors = descriptors
    }

    /// Tells a started child what it is.
    ///
    /// That it has ended meanwhile is not an error here: its exit status says so.
    func tell(_ channel: MessageSocket) throws {
        let message = StartMessage(role: role, parentID: ThisProcess.id, payload: payload)
        do throws(MessageSocket.Failure) {
            try channel.send(
                message.encoded(identity: BuildIdentity.current), descriptors: descriptors,
                until: .after(.seconds(60)))
        } catch .system(let error) where error.isBrokenChannel {
            return
        }
    }
}

/// Why a child could not be started.
package struct LaunchFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// The system call that failed, if it was one.
    package let systemError: SystemError?

    init(_ error: any Error) {
        systemError =
            switch error {
            case let error as SystemError: error
            case MessageSocket.Failure.system(let error): error
            default: nil
            }
        description = systemError?.description ?? String(describing: error)
    }
}
