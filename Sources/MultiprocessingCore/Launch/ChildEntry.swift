import CMultiprocessing
import Glibc

/// Where a child begins: receives what it is told, checks it, and becomes its role.
enum ChildEntry {
    /// A child that was told something it cannot be exits with this code.
    static let refusalCode: Int32 = 70
    /// The descriptors that the ones who start children agree on.
    static let channelDescriptor: Int32 = 3
    static let parentDescriptor: Int32 = 4

    /// Begins a child of the fork server, which has put both descriptors in their places.
    static func beginForked() -> Never {
        begin(
            SharedDescriptor(Descriptor(adopting: channelDescriptor)),
            parent: ProcessHandle(SharedDescriptor(Descriptor(adopting: parentDescriptor))))
    }

    /// Begins a child that was started as a program of its own, by its parent itself.
    static func beginSpawned(channel: Int32) -> Never {
        _ = fcntl(channel, F_SETFD, FD_CLOEXEC)
        begin(SharedDescriptor(Descriptor(adopting: channel)), parent: nil)
    }

    private static func begin(_ channel: SharedDescriptor, parent: ProcessHandle?) -> Never {
        do {
            let (role, seat) = try takeSeat(channel, parent)
            role.run(seat)
        } catch MessageSocket.Failure.ended {
            // The parent has gone before it said anything: there is nothing to do and nobody to tell.
            _exit(refusalCode)
        } catch {
            StandardError.write("a child process was not started: \(error)\n")
            _exit(refusalCode)
        }
    }

    /// Receives what this process is told, and changes it accordingly.
    private static func takeSeat(
        _ channel: SharedDescriptor, _ parent: ProcessHandle?
    ) throws -> (any ChildRole.Type, ChildSeat) {
        let message = try MessageSocket(channel).receive(until: .after(.seconds(60)))
        let start = try StartMessage(decoding: message.bytes, identity: BuildIdentity.current)
        let seat = ChildSeat(
            channel: channel, parent: try parent ?? handleOfParent(start.parentID), parentID: start.parentID,
            payload: start.payload, descriptors: message.descriptors,
            outlivesParent: start.settings.outlivesParent)
        try apply(start.settings, to: channel)
        return (start.role, seat)
    }

    /// Changes this process as it was told to; the starter waits for the answer, if it can be a refusal.
    private static func apply(_ settings: ChildSettings, to channel: SharedDescriptor) throws {
        if settings.isEmpty { return }
        var refusal: SystemError?
        do throws(SystemError) {
            try settings.apply()
        } catch {
            refusal = error
        }
        if settings.needsAnswer {
            try MessageSocket(channel).send(StartMessage.answer(refusal), until: .after(.seconds(60)))
        }
        if refusal != nil { _exit(refusalCode) }
    }

    /// The parent's handle; safe because it is our parent still after the handle was made.
    private static func handleOfParent(_ id: Int32) throws(SystemError) -> ProcessHandle {
        let handle = try ProcessHandle(opening: getppid())
        guard getppid() == id else { throw SystemError(code: ESRCH, call: "getppid") }
        return handle
    }
}

/// What the C entry code calls in place of the program's `main`.
@c(mp_child_main)
func childMain(channel: Int32) -> Never {
    ChildEntry.beginSpawned(channel: channel)
}
