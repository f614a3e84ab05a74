import MultiprocessingCore
import Synchronization

/// A child's way to the process that collects the records of the family.
final class LogUplink: Sendable {
    /// How long one record waits for room.
    private static let patience = Duration.seconds(1)

    let socket: SharedDescriptor
    /// Set after a wait that was in vain: then records go on only if there is room at once, because a child that waits
    /// with each of them would hardly move any more.
    private let isStuck = Atomic(false)

    init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Sends a record; false when it could not be sent, and the caller shows it in another way.
    ///
    /// When this returns true the record is in the kernel's hands, so it outlives this process.
    func send(_ record: ProcessLogger.Record) -> Bool {
        let deadline = isStuck.load(ordering: .relaxed) ? Deadline.now : .after(Self.patience)
        do throws(MessageSocket.Failure) {
            try PacketChannel(socket).send(record.packet, until: deadline)
            isStuck.store(false, ordering: .relaxed)
            return true
        } catch {
            isStuck.store(true, ordering: .relaxed)
            return false
        }
    }
}
