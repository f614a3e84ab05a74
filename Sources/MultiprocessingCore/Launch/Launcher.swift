/// A way to start children: every start method is one.
package protocol Launcher: Sendable {
    /// Starts a child; blocks for as long as the start takes, so it runs on a lane.
    ///
    /// - Parameter onExit: called exactly once, on the poller's thread, when the child has ended and was reaped.
    func launch(
        _ order: LaunchOrder, onExit: @escaping @Sendable (ExitStatus) -> Void
    ) throws(SystemError) -> LaunchedChild
}

/// What to start.
package struct LaunchOrder: Sendable {
    /// The type whose `run` the child executes.
    package var role: any ChildRole.Type
    /// Bytes for the role.
    package var payload: [UInt8]
    /// Descriptors for the role; the child gets copies, at most 200.
    package var descriptors: [SharedDescriptor]

    package init(role: any ChildRole.Type, payload: [UInt8] = [], descriptors: [SharedDescriptor] = []) {
        self.role = role
        self.payload = payload
        self.descriptors = descriptors
    }
}
