import MultiprocessingCore

extension ManagerLink {
    /// What is to be done next.
    enum Errand {
        case message(OutgoingMessage)
        /// From here on messages go through memory.
        case change(SharedWay)
    }

    struct Outbox {
        /// Frames that are not a message yet.
        var frames = ByteWriter()
        var errands = FIFO<Errand>()
        /// The memory that messages go through, if there is some.
        var way: SharedWay?
        /// Whether there will be another try.
        var isWaiting = false
        /// Whether somebody sends, who takes what is added meanwhile.
        var isSending = false
        /// Bytes that were added and not sent.
        var load = 0
        /// Called when there are few of them again.
        var onRelief: (@Sendable () -> Void)?
        var isEnded = false

        mutating func seal() {
            guard frames.count > 0 else { return }
            errands.append(.message(OutgoingMessage(frames.bytes)))
            // The next one will be about as long.
            let usual = min(frames.count, ManagerLink.fullMessage)
            frames = ByteWriter()
            frames.reserve(usual)
        }
    }
}

extension ManagerLink.Outbox {
    /// The next message to send, the way that it goes, and whom there are few enough left for.
    mutating func begin() -> (OutgoingMessage?, SharedWay?, (@Sendable () -> Void)?) {
        guard !isSending, !isEnded else { return (nil, nil, nil) }
        while true {
            if errands.isEmpty { seal() }
            guard let errand = errands.popFirst() else { return (nil, nil, nil) }
            switch errand {
            case .change(let fresh): way = fresh
            case .message(let message):
                load -= message.range.count
                isSending = true
                return (message, way, load <= ManagerLink.fullLoad / 2 ? onRelief.take() : nil)
            }
        }
    }

    /// A message could not be sent.
    mutating func putBack(_ message: OutgoingMessage) {
        isSending = false
        guard !isEnded else { return }
        load += message.range.count
        errands.prepend(.message(message))
    }
}
