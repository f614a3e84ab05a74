import CMultiprocessing
import Synchronization

/// What to start.
package struct LaunchOrder: Sendable {
    /// The type whose `run` the child executes.
    package var role: any ChildRole.Type
    /// Bytes for the role.
    package var payload: [UInt8]
    /// Descriptors for the role; the child gets copies, at most `descriptorLimit`.
    package var descriptors: [SharedDescriptor]
    /// What the child changes about itself before it begins.
    package var settings = ChildSettings()
    package var streams = StandardStreams()
    /// A value of any type for the role, such as a closure, which only a forked copy of this process can be given.
    package var inherited: (any Sendable)?
    /// Set by whoever does not want the child any more; looked at between attempts to start it.
    package let isCancelled = CancellationFlag()

    /// So many descriptors the kernel passes with one message.
    package static let descriptorLimit = Int(MP_MAXIMUM_DESCRIPTORS)

    package init(role: any ChildRole.Type, payload: [UInt8] = [], descriptors: [SharedDescriptor] = []) {
        self.role = role
        self.payload = payload
        self.descriptors = descriptors
    }

    /// Tells a started child what it is.
    ///
    /// That it has ended meanwhile is not an error here: its exit status says so.
    func tell(_ channel: MessageSocket) throws {
        let message = StartMessage(
            role: role, parentID: ThisProcess.id, settings: settings, payload: payload)
        let bytes = try message.encoded(identity: BuildIdentity.current)
        do throws(MessageSocket.Failure) {
            try channel.send(bytes, descriptors: descriptors, until: .after(.seconds(60)))
        } catch .system(let error) where error.isBrokenChannel {
            return
        }
    }

    /// Waits for a child to have changed itself, when that can fail or takes its starter.
    ///
    /// - Throws: what the system refused.
    func awaitReadiness(_ channel: MessageSocket) throws {
        if settings.needsAnswer { try awaitAnswer(channel, until: .after(.seconds(60))) }
    }

    /// Waits for a child to say that it has changed itself.
    func awaitAnswer(_ channel: MessageSocket, until deadline: Deadline) throws {
        let answer = try channel.receive(limit: 1 << 16, until: deadline).bytes
        if let refusal = try StartMessage.refusal(in: answer) { throw refusal }
    }
}

/// Something that is set once, by whoever gives up.
package final class CancellationFlag: Sendable {
    private let isSet = Atomic(false)

    package func set() { isSet.store(true, ordering: .relaxed) }

    package var value: Bool { isSet.load(ordering: .relaxed) }
}
