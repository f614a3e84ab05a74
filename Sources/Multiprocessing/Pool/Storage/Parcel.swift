import MultiprocessingCore

/// The descriptors that belong to a message in a ring; they come on the channel, in the order of the messages.
enum Parcel: Sendable {
    case whole([SharedDescriptor])
    /// The receiving process had no room for them.
    case lost

    init(_ message: MessageSocket.Message) {
        self = message.hasLostDescriptors ? .lost : .whole(message.descriptors)
    }

    /// What is in it.
    ///
    /// - Throws: when it has been lost.
    func open() throws(MultiprocessingError) -> [SharedDescriptor] {
        switch self {
        case .whole(let descriptors):
            return descriptors
        case .lost:
            throw .noRoomForHandle
        }
    }
}

extension MultiprocessingError {
    /// A handle came to this process, which could not take it.
    static var noRoomForHandle: MultiprocessingError {
        MultiprocessingError(
            .undecodable,
            "process \(ThisProcess.id) has too many files open to receive a handle; "
                + "close some, or raise its limit of open files")
    }
}
