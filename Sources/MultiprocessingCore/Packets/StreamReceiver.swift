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

    init(_ interest: DescriptorInterest, _ kind: ByteStream.Kind, _ framing: StreamFraming = .native) {
        self.interest = interest
        self.framing = framing
        stream = ByteStream(descriptor: interest.descriptor, kind: kind)
    }

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
    }

    private func readHeader(limit: Int) throws(TransportFailure) -> StreamFraming.Head? {
        if let header { return try checked(header, limit) }
        while case let left = framing.headLength(head) - head.count, left > 0 {
            var part = [UInt8](repeating: 0, count: left)
            guard let count = try stream.read(into: &part, &descriptors) else { return nil }
            guard count > 0 else {
                if head.isEmpty { throw .ended }
                throw .wire(.truncated)
            }
            head += part[..<count]
        }
        let fresh: StreamFraming.Head
        do {
            fresh = try framing.parse(head)
        } catch {
            throw .wire(error)
        }
        header = try checked(fresh, limit)
        return header
    }

    private func checked(
        _ header: StreamFraming.Head, _ limit: Int
    ) throws(TransportFailure) -> StreamFraming.Head {
        guard header.length <= UInt64(max(0, limit)) else { throw .tooLong(header.length) }
        return header
    }

    private func readBody(_ header: StreamFraming.Head) throws(TransportFailure) -> Bool {
        let length = Int(header.length)
        if body.capacity < length, length > Self.mostAhead, !Memory.reserve(length, in: &body) {
            throw .system(SystemError(code: ENOMEM, call: "mmap(\(length))"))
        }
        while body.count < length {
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
        }
        return true
    }
}
