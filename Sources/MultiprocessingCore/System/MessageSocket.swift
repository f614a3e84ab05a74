import CMultiprocessing
import Glibc

/// Whole messages over a stream socket, with the descriptors that are attached to them.
///
/// A message is a header, whose magic tells ours from foreign bytes, and its bytes. Everything here blocks, up
/// to a deadline, so it runs on lanes and threads of its own.
package struct MessageSocket: Sendable {
    package struct Message: Sendable {
        package let bytes: [UInt8]
        package let descriptors: [SharedDescriptor]
        /// Whether this process had no room for all of the descriptors: then it has none of them.
        package let hasLostDescriptors: Bool
    }

    /// What became of a message that was not to be waited for.
    package enum Attempt: Sendable {
        case sent
        /// The socket is full: later, when it can be written to.
        case full
        /// The system has no room for more that is on its way: later, and nothing tells when.
        case crowded
    }

    /// Why a message could not be sent or received.
    package enum Failure: Error, Sendable {
        case system(SystemError)
        case wire(WireError)
        /// The other side has closed its end between two messages.
        case ended
        case timeout
    }

    package let socket: SharedDescriptor

    package init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Sends a message, waiting for space until the deadline.
    package func send(
        _ bytes: [UInt8], descriptors: [SharedDescriptor] = [], until deadline: Deadline?
    ) throws(Failure) {
        guard descriptors.count <= Int(MP_MAXIMUM_DESCRIPTORS) else {
            throw .wire(.tooLarge("a message carries at most \(MP_MAXIMUM_DESCRIPTORS) descriptors"))
        }
        let header = StreamHeader(descriptors: UInt32(descriptors.count), length: UInt64(bytes.count))
        var packet = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
        packet += bytes
        var raw = descriptors.map(\.raw)
        var sent = 0
        while sent < packet.count {
            let result = unsafe packet.withUnsafeBytes { bytes in
                unsafe mp_send(
                    socket.raw, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent, raw,
                    raw.count, 0)
            }
            if result > 0 {
                sent += result
                // The descriptors travel with the first byte.
                raw = []
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, until: deadline)
            } else {
                let error = SystemError.last("sendmsg")
                guard error.isCrowding, deadline?.hasPassed != true else { throw .system(error) }
                // Nothing tells when others have received what they were sent.
                usleep(1000)
            }
        }
        withExtendedLifetime(descriptors) {}
    }

    /// Sends a short message if there is space for it at once: the kernel takes all of it or nothing.
    package func sendWithoutWaiting(
        _ bytes: [UInt8], descriptors: [SharedDescriptor] = []
    ) throws(Failure) -> Attempt {
        do throws(Failure) {
            try send(bytes, descriptors: descriptors, until: .now)
            return .sent
        } catch .timeout {
            return .full
        } catch .system(let error) where error.isCrowding {
            return .crowded
        }
    }

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

    private func wait(for events: Int32, until deadline: Deadline?) throws(Failure) {
        var item = pollfd(fd: socket.raw, events: Int16(events), revents: 0)
        while true {
            let limit = deadline?.millisecondsLeft ?? -1
            let ready = unsafe poll(&item, 1, limit)
            if ready > 0 { return }
            if ready == 0 { throw .timeout }
            guard errno == EINTR else { throw .system(.last("poll")) }
        }
    }
}
