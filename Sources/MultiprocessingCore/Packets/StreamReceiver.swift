import CMultiprocessing
import Glibc

/// Receives from a stream of bytes, which says how long each message is.
///
/// After a failure nobody knows where the next message begins, so it is the last.
final class StreamReceiver: MessageReceiver {
    private static let mostAhead = 1 << 20

    private let interest: DescriptorInterest
    private let stream: ByteStream
    private let framing: StreamFraming
    private var head: [UInt8] = []
    private var header: StreamFraming.Head?
    private var body: [UInt8] = []
    private var descriptors: [SharedDescriptor] = []
    private var isUnusable = false
    private(set) var seal: FrameSeal?
    /// The code of the body, as far as it has come.
    private var code: HMAC<SHA256>?
    /// How many bytes of it have been taken in.
    private var sealed = 0

    init(
        _ interest: DescriptorInterest, _ kind: ByteStream.Kind, _ framing: StreamFraming = .native,
        seal: FrameSeal? = nil
    ) {
        self.interest = interest
        self.framing = framing
        self.seal = seal
        stream = ByteStream(descriptor: interest.descriptor, kind: kind)
    }

    /// What lies behind the header, and behind the body.
    private var codeLength: Int { seal == nil ? 0 : FrameSeal.length }

    var hasPart: Bool { !head.isEmpty }

    var waitPoint: WaitPoint { WaitPoint(interest: interest, direction: .reading) }

    func receive(limit: Int) throws(TransportFailure) -> Step<IncomingMessage> {
        guard !isUnusable else { throw .unusable }
        do throws(TransportFailure) {
            guard let header = try readHeader(limit: limit) else { return .later }
            guard try readBody(header) else { return .later }
            guard descriptors.count == header.descriptors else {
                throw .wire(.malformed("\(descriptors.count) of \(header.descriptors) descriptors arrived"))
            }
            try checkBody(header)
            defer { reset() }
            return .done(IncomingMessage(bytes: body, descriptors: descriptors))
        } catch .ended {
            throw .ended
        } catch {
            isUnusable = true
            reset()
            throw error
        }
    }

    private func reset() {
        head = []
        header = nil
        body = []
        descriptors = []
        code = nil
        sealed = 0
    }

    private func readHeader(limit: Int) throws(TransportFailure) -> StreamFraming.Head? {
        if let header { return try checked(header, limit) }
        while case let left = framing.headLength(head) + codeLength - head.count, left > 0 {
            var part = [UInt8](repeating: 0, count: left)
            guard let count = try stream.read(into: &part, &descriptors) else { return nil }
            guard count > 0 else {
                if head.isEmpty { throw .ended }
                throw .wire(.truncated)
            }
            head += part[..<count]
        }
        if let seal {
            let bytes = Array(head.dropLast(codeLength))
            guard ConstantTime.areEqual(seal.code(ofHeader: bytes), Array(head.suffix(codeLength))) else {
                throw .forged
            }
            code = seal.body(of: bytes)
        }
        let fresh: StreamFraming.Head
        do {
            fresh = try framing.parse(Array(head.dropLast(codeLength)))
        } catch {
            throw .wire(error)
        }
        header = try checked(fresh, limit)
        return header
    }

    private func checked(
        _ header: StreamFraming.Head, _ limit: Int
    ) throws(TransportFailure) -> StreamFraming.Head {
        guard header.length <= UInt64(max(0, min(limit, .max - FrameSeal.length))) else {
            throw .tooLong(header.length)
        }
        return header
    }

    private func readBody(_ header: StreamFraming.Head) throws(TransportFailure) -> Bool {
        let length = Int(header.length) + codeLength
        while body.count < length {
            // Who has sent this much gets room for the rest at once, so that nothing has to be moved.
            if body.count >= Self.mostAhead, body.capacity < length, !Memory.reserve(length, in: &body) {
                throw .system(SystemError(code: ENOMEM, call: "mmap(\(length))"))
            }
            // Memory grows with what arrives, at most this far ahead.
            var part = Memory.unset(min(length - body.count, Self.mostAhead))
            guard let count = try stream.read(into: &part, &descriptors) else { return false }
            guard count > 0 else { throw .wire(.truncated) }
            guard descriptors.count <= header.descriptors else {
                throw .wire(.malformed("descriptors that nobody announced"))
            }
            if body.isEmpty, count == length {
                body = part
            } else {
                body += part[..<count]
            }
            takeIn(upTo: min(body.count, Int(header.length)))
        }
        return true
    }

    /// Feeds the code with what has come.
    private func takeIn(upTo end: Int) {
        guard code != nil, end > sealed else { return }
        unsafe body.withUnsafeBytes { body in
            unsafe code?.update(UnsafeRawBufferPointer(rebasing: body[sealed..<end]))
        }
        sealed = end
    }

    /// Takes the code away from behind the body.
    private func checkBody(_ header: StreamFraming.Head) throws(TransportFailure) {
        guard let code else { return }
        let length = Int(header.length)
        guard ConstantTime.areEqual(FrameSeal.shortened(code), Array(body[length...])) else { throw .forged }
        body.removeSubrange(length...)
        seal?.advance()
    }
}
