import CMultiprocessing

/// Sends to a stream of bytes: the length of each message, then the message.
final class StreamSender: MessageSender {
    private let interest: DescriptorInterest
    private let stream: ByteStream
    private let framing: StreamFraming
    private let carriesDescriptors: Bool
    private var message: OutgoingMessage?
    private var header: ArraySlice<UInt8> = []
    private var offset = 0
    private var isUnusable = false
    private(set) var hasBegun = false

    init(
        _ interest: DescriptorInterest, _ kind: ByteStream.Kind, _ framing: StreamFraming = .native,
        carriesDescriptors: Bool
    ) {
        self.interest = interest
        self.framing = framing
        self.carriesDescriptors = carriesDescriptors
        stream = ByteStream(descriptor: interest.descriptor, kind: kind)
    }

    var waitPoints: [WaitPoint] { [WaitPoint(interest: interest, direction: .writing)] }

    func begin(_ message: OutgoingMessage) throws(TransportFailure) {
        guard !isUnusable else { throw .unusable }
        let most = carriesDescriptors ? Int(MP_MAXIMUM_DESCRIPTORS) : 0
        guard message.descriptors.count <= most else {
            throw .wire(.tooLarge("a message carries at most \(most) descriptors here"))
        }
        header = framing.head(of: message)[...]
        self.message = message
        offset = message.range.lowerBound
        hasBegun = false
    }

    func abandon() {
        message = nil
    }

    func send() throws(TransportFailure) -> Step<Void> {
        guard let message else { return .done(()) }
        do throws(TransportFailure) {
            while !header.isEmpty || offset < message.range.upperBound {
                // The descriptors travel with the first byte.
                let descriptors = hasBegun ? [] : message.descriptors.map(\.raw)
                guard
                    let count = try stream.write(
                        header, message.bytes, offset..<message.range.upperBound, descriptors: descriptors)
                else { return .later }
                if count > 0 { hasBegun = true }
                let ofHeader = min(count, header.count)
                header = header.dropFirst(ofHeader)
                offset += count - ofHeader
            }
        } catch {
            isUnusable = hasBegun
            self.message = nil
            throw error
        }
        self.message = nil
        return .done(())
    }
}
