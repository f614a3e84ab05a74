/// One side of what two programs say to each other before the first message: who they are, proved by a key.
///
/// Pure: it knows no sockets and no clocks. Whoever owns it sends what it has to say and gives it what came.
package protocol HandshakeMachine: Sendable {
    /// Hands out what is to be sent now; empty when it is the other side's turn.
    mutating func takeOutput() -> [UInt8]

    /// How many bytes may be read now: what lies behind them is not the handshake's any more.
    var wanted: Int { get }

    /// Takes in what came, cut in whatever way.
    ///
    /// - Throws: why there will be no connection; the machine may still have something to say about that.
    mutating func receive(_ bytes: ArraySlice<UInt8>) throws(HandshakeFailure)

    /// What both sides agreed upon, once they have; there may still be something to send.
    var agreement: HandshakeAgreement? { get }
}

/// What two sides have agreed upon.
package struct HandshakeAgreement: Sendable {
    /// What every frame is sealed with from now on; nil where the kernel vouches for the connection.
    package let seals: FrameSeals?

    package init(seals: FrameSeals? = nil) {
        self.seals = seals
    }
}

/// Why two sides did not agree.
package enum HandshakeFailure: Error, Hashable, Sendable {
    /// Bytes that no program of ours sends.
    case malformed(String)
    /// The other side speaks a version that this one does not know.
    case version(UInt16)
    /// The other side offers other things than were asked for, for the reason given.
    case mismatch(String)
    /// The proof is that of another key, or of another conversation.
    case wrongProof
    /// The other side did not accept the proof.
    case refused
    /// The other side has ended the connection.
    case ended
    /// A program of another user is at the other end.
    case foreignUser(UInt32)
    case system(SystemError)
}

/// What a handshake may cost before anything is known about the other side.
package enum HandshakeLimits {
    /// Bytes of one message.
    package static let message = 512
    /// Bytes of all messages of one side.
    package static let total = 1024
    /// For all of it.
    package static let time = Duration.seconds(5)
}
