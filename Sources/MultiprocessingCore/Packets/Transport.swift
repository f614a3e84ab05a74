/// Why a connection could not send or receive a message.
package enum TransportFailure: Error, Sendable {
    case system(SystemError)
    /// The other side sent what no sender of this version sends.
    case wire(WireError)
    /// The other side has closed its end, and everything was read.
    case ended
    /// Whoever took the message, or was to take it, is gone.
    case broken
    /// A message of so many bytes, which is more than the receiver takes.
    case tooLong(UInt64)
    /// An earlier failure left this end in the middle of a message.
    case unusable
    /// A frame came that was changed, repeated or moved on its way, or one before it was taken out.
    case forged
}

/// How far something came that never waits.
package enum Step<Value> {
    case done(Value)
    /// Not yet: try again when one of the wait points is ready.
    case later
}

extension Step: Sendable where Value: Sendable {}

/// What has to become ready before it is worth another try.
package struct WaitPoint: Sendable {
    package let interest: DescriptorInterest
    package let direction: DescriptorInterest.Direction

    package init(interest: DescriptorInterest, direction: DescriptorInterest.Direction) {
        self.interest = interest
        self.direction = direction
    }
}

/// Bytes that have come, and the descriptors that came with them.
package struct IncomingMessage: Sendable {
    package let bytes: [UInt8]
    package let descriptors: [SharedDescriptor]

    package init(bytes: [UInt8], descriptors: [SharedDescriptor]) {
        self.bytes = bytes
        self.descriptors = descriptors
    }
}

/// Bytes that are to be sent, and descriptors that go with them.
package struct OutgoingMessage: Sendable {
    package let bytes: [UInt8]
    package let range: Range<Int>
    package let descriptors: [SharedDescriptor]

    /// The range lies within the bytes.
    package init(_ bytes: [UInt8], range: Range<Int>? = nil, descriptors: [SharedDescriptor] = []) {
        self.bytes = bytes
        self.range = range ?? bytes.indices
        self.descriptors = descriptors
    }
}

/// The receiving half of a transport: takes messages apart, without ever waiting; one user at a time.
///
/// What has come of a message stays for the next try.
package protocol MessageReceiver {
    func receive(limit: Int) throws(TransportFailure) -> Step<IncomingMessage>
    /// Whether a part of a message has come, and the rest not yet.
    var hasPart: Bool { get }
    /// What the last `later` waits for.
    var waitPoint: WaitPoint { get }
    /// What the next frame has to be sealed with.
    var seal: FrameSeal? { get }
}

extension MessageReceiver {
    package var seal: FrameSeal? { nil }
}

/// The sending half of a transport: puts messages on the way, without ever waiting; one user at a time.
package protocol MessageSender {
    /// Takes a message; the one before was sent or abandoned.
    func begin(_ message: OutgoingMessage) throws(TransportFailure)
    /// Goes on with the message.
    func send() throws(TransportFailure) -> Step<Void>
    /// Whether a part of the message can be seen by the other side, so that the rest has to follow.
    var hasBegun: Bool { get }
    /// Forgets a message that has not begun.
    func abandon()
    /// What the last `later` waits for.
    var waitPoints: [WaitPoint] { get }
    /// What the next frame is sealed with.
    var seal: FrameSeal? { get }
}

extension MessageSender {
    package var seal: FrameSeal? { nil }
}
