import CMultiprocessing
import Glibc

extension MessageSocket {
    /// Receives the next message, waiting for it until the deadline.
    ///
    /// - Parameters:
    ///   - limit: a longer message is refused before memory is taken for it.
    ///   - acceptsLoss: whether a message whose descriptors found no room here is a message all the same.
    ///   - deadline: nil waits without a limit.
    /// - Returns: the message, with the descriptors that came with it.
    /// - Throws: `ended` when the other side has closed its end between two messages.
    package func receive(
        limit: Int = 1 << 40, acceptsLoss: Bool = false, until deadline: Deadline?
    ) throws(Failure) -> Message {
        var descriptors = Descriptors()
        let head = try read(StreamHeader.size, &descriptors, isFirst: true, until: deadline)
        let header = unsafe head.withUnsafeBytes { unsafe $0.loadUnaligned(as: StreamHeader.self) }
        do throws(WireError) {
            try header.check(limit: limit)
        } catch {
            throw .wire(error)
        }
        let bytes = try read(Int(header.length), &descriptors, isFirst: false, until: deadline)
        if descriptors.areLost {
            guard acceptsLoss else { throw .wire(.malformed("descriptors were lost: no room for them")) }
            return Message(bytes: bytes, descriptors: [], hasLostDescriptors: true)
        }
        guard descriptors.all.count == Int(header.descriptors) else {
            throw .wire(.malformed("\(descriptors.all.count) of \(header.descriptors) descriptors arrived"))
        }
        return Message(bytes: bytes, descriptors: descriptors.all, hasLostDescriptors: false)
    }

    /// What came with the parts of a message.
    private struct Descriptors {
        var all: [SharedDescriptor] = []
        var areLost = false
    }

    /// Whether something has arrived, or the other side has ended, before the deadline.
    func hasSomething(until deadline: Deadline) throws(Failure) -> Bool {
        do throws(Failure) {
            try wait(for: POLLIN, until: deadline)
            return true
        } catch .timeout {
            return false
        }
    }

    private func read(
        _ count: Int, _ descriptors: inout Descriptors, isFirst: Bool, until deadline: Deadline?
    ) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            // Memory grows with what arrives, at most this far ahead.
            var part = [UInt8](repeating: 0, count: min(count - bytes.count, 1 << 20))
            let received = try receive(into: &part, &descriptors, until: deadline)
            if received == 0 {
                if isFirst, bytes.isEmpty { throw .ended }
                throw .wire(.truncated)
            }
            if bytes.isEmpty, received == part.count {
                bytes = part
            } else {
                bytes += part[..<received]
            }
        }
        return bytes
    }

    /// One call of the kernel: some bytes, and the descriptors that come with them.
    private func receive(
        into part: inout [UInt8], _ descriptors: inout Descriptors, until deadline: Deadline?
    ) throws(Failure) -> Int {
        var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
        while true {
            var found = 0
            var isTruncated: Int32 = 0
            let received = unsafe part.withUnsafeMutableBytes { bytes in
                // A part has at least one byte, so the buffer has a base.
                unsafe mp_receive(socket.raw, bytes.start, bytes.count, &raw, &found, &isTruncated, 0)
            }
            if received < 0 {
                guard errno == EAGAIN else { throw .system(.last("recvmsg")) }
                try wait(for: POLLIN, until: deadline)
                continue
            }
            descriptors.all += raw[..<found].map { SharedDescriptor(Descriptor(adopting: $0)) }
            if isTruncated != 0 { descriptors.areLost = true }
            return received
        }
    }
}
