/// What a child can be: the part of the program that runs in a started process instead of `main`.
///
/// A role is sent by the name of its type, so it has to be a type that is not private.
package protocol ChildRole: Sendable {
    /// Runs the child on its initial thread, or the fork server on its only other one; everything is initialised as at
    /// the start of a normal `main`.
    static func run(_ seat: ChildSeat) -> Never

    /// Runs a forked copy, which calls `begun` right before it does anything that others notice: one that waits before
    /// that for what a thread held that it does not have is ended, and another one is made.
    static func run(_ seat: ChildSeat, begun: () -> Void) -> Never

    /// Does in the fork server, once, what every child would otherwise do anew: its copies inherit the caches that
    /// the runtime fills when types are looked up. Starts no thread and leaves none with anything to do: a task may only
    /// run here, from its beginning to its end.
    ///
    /// Also done before this process is forked, for the same reason.
    static func warmUp()
}

/// What a child was told at its start.
package struct ChildSeat: Sendable {
    /// The child's end of the socket pair that joins it to its parent.
    package let channel: SharedDescriptor
    /// The process that asked for the start.
    package let parent: ProcessHandle
    package let parentID: Int32
    /// The bytes that the starter meant for the role.
    package let payload: [UInt8]
    private let passed: PassedDescriptors
    /// The child goes on when its parent has ended.
    package let outlivesParent: Bool
    /// What the starter had for a forked copy of itself.
    package var inherited: (any Sendable)?

    package init(
        channel: SharedDescriptor, parent: ProcessHandle, parentID: Int32, payload: [UInt8],
        descriptors: [SharedDescriptor], outlivesParent: Bool, inherited: (any Sendable)? = nil
    ) {
        self.channel = channel
        self.parent = parent
        self.parentID = parentID
        self.payload = payload
        passed = PassedDescriptors(descriptors)
        self.outlivesParent = outlivesParent
        self.inherited = inherited
    }

    /// Descriptors that the starter passed, in its order, for as long as nobody has taken them.
    package var descriptors: [SharedDescriptor] { passed.all }

    /// Hands the descriptors out, once: those that the taker lets go of are closed, however long the seat is kept.
    package func takeDescriptors() -> [SharedDescriptor] { passed.take() }

    /// The seat as the next one sees it, who gets what is left of the bytes and descriptors.
    package func rest(payload: [UInt8], descriptors: [SharedDescriptor]) -> ChildSeat {
        ChildSeat(
            channel: channel, parent: parent, parentID: parentID, payload: payload, descriptors: descriptors,
            outlivesParent: outlivesParent, inherited: inherited)
    }
}

extension ChildRole {
    package static func run(_ seat: ChildSeat, begun: () -> Void) -> Never {
        begun()
        run(seat)
    }

    package static func warmUp() {}
}
