import CMultiprocessing
import Glibc

/// Receives from a stream of bytes, which says how long each message is.
///
/// After a failure nobody knows where the next message begins, so it is the last.
final class StreamReceiver: MessageReceiver {
    private let interest: DescriptorInterest
    private let stream: ByteStream
    private var head: [UInt8] = []
    private var header: StreamHeader?
    private var body: [UInt8] = []
    private var descriptors: [SharedDescriptor] = []
    private var isUnusable = false

    init(_ interest: DescriptorInterest, _ kind: ByteStream.Kind) {
        self.interest = interest
        stream = ByteStream(descriptor: interest.descriptor, kind: kind)
    }

    var hasPart: Bool { !head.isEmpty }

    var waitPoint: WaitPoint { WaitPoint(interest: interest, direction: .reading) }

    func receive(limit: Int) throws(TransportFailure) -> Step<IncomingMessage> {
        guard !isUnusable else { throw .unusable }
        do throws(TransportFailure) {
            guard let header = try readHeader(limit: limit) else { return .later }
            guard try readBody(header) else { return .later }
            guard descriptors.count == Int(header.descriptors) else {
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

    private func readHeader(limit: Int) throws(TransportFailure) -> StreamHeader? {
        if let header { return try checked(header, limit) }
        while head.count < StreamHeader.size {
            var part = [UInt8](repeating: 0, count: StreamHeader.size - head.count)
            guard let count = try stream.read(into: &part, &descriptors) else { return nil }
            guard count > 0 else {
                if head.isEmpty { throw .ended }
                throw .wire(.truncated)
            }
            head += part[..<count]
        }
        // As long as a header, and any bits are one.
        let fresh = unsafe head.withUnsafeBytes { unsafe $0.loadUnaligned(as: StreamHeader.self) }
        header = try checked(fresh, limit)
        return header
    }

    private func checked(_ header: StreamHeader, _ limit: Int) throws(TransportFailure) -> StreamHeader {
        do {
            try header.check(limit: .max)
        } catch {
            throw .wire(error)
        }
        guard header.length <= UInt64(max(0, limit)) else { throw .tooLong(header.length) }
        return header
    }

    private func readBody(_ header: StreamHeader) throws(TransportFailure) -> Bool {
        let length = Int(header.length)
        while body.count < length {
            // Memory grows with what arrives, at most this far ahead.
            var part = Memory.unset(min(length - body.count, 1 << 20))
            guard let count = try stream.read(into: &part, &descriptors) else { return false }
            guard count > 0 else { throw .wire(.truncated) }
            guard descriptors.count <= Int(header.descriptors) else {
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
