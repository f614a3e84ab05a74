import MultiprocessingCore

/// One end of a connection as one process uses it: the transport, and whose turn it is.
final class ConnectionLink: Sendable {
    let end: ConnectionEnd
    let receiving = TurnQueue()
    let sending = TurnQueue()
    private let generation = ForkedChild.generation

    init(_ end: ConnectionEnd) {
        self.end = end
    }

    /// The link, or one of its own for a forked copy of the process.
    ///
    /// The tasks that have or await their turns are not in the copy, nor is the half of a message that one of them
    /// may have received.
    var current: ConnectionLink {
        get throws(SystemError) {
            guard generation != ForkedChild.generation else { return self }
            // Kept, with all that the tasks left behind: it belongs to the process that was copied.
            _ = Unmanaged.passRetained(self)
            return ConnectionLink(
                try ConnectionEnd(
                    end.descriptor, readable: end.isReadable, writable: end.isWritable, framing: end.framing,
                    seals: end.seals))
        }
    }
}
