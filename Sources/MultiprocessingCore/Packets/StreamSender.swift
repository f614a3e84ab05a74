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
    private(set) var seal: FrameSeal?
    /// The code of the body, as far as it was sent.
    private var code: HMAC<SHA256>?
    /// A sealed message that is no longer than this goes out in one piece, because many small ones take longer.
    private static let onePiece = 64 << 10

    init(
        _ interest: DescriptorInterest, _ kind: ByteStream.Kind, _ framing: StreamFraming = .native,
        carriesDescriptors: Bool, seal: FrameSeal? = nil
    ) {
        self.interest = interest
        self.framing = framing
        self.carriesDescriptors = carriesDescriptors
        self.seal = seal
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
        sealHeader()
    }

    /// Puts the code behind the header, and behind a short body, which then goes with it.
    private func sealHeader() {
        guard let seal, let message else { return }
        let bytes = Array(header)
        header += seal.code(ofHeader: bytes)
        code = seal.body(of: bytes)
        guard message.range.count <= Self.onePiece else { return }
        header += message.bytes[message.range]
        takeIn(message, message.range)
        offset = message.range.upperBound
        appendCode()
    }

    private func takeIn(_ message: OutgoingMessage, _ range: Range<Int>) {
        unsafe message.bytes.withUnsafeBytes { bytes in
            unsafe code?.update(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    private func appendCode() {
        guard let code = code.take() else { return }
        header += FrameSeal.shortened(code)
    }

    func abandon() {
        message = nil
        code = nil
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
                if code != nil { takeIn(message, offset..<(offset + count - ofHeader)) }
                offset += count - ofHeader
                // The last piece is the code of all the others.
                if offset == message.range.upperBound { appendCode() }
            }
            seal?.advance()
            hasBegun = false
        } catch {
            isUnusable = hasBegun
            self.message = nil
            throw error
        }
        self.message = nil
        return .done(())
    }
}
