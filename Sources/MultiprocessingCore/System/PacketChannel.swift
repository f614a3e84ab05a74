import CMultiprocessing
import Glibc

/// One end of a local socket that carries whole packets of bytes: many processes may send, one receives.
///
/// A packet arrives whole or not at all, also when its sender is killed.
package struct PacketChannel: Sendable {
    package let socket: SharedDescriptor

    package init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Sends a packet, waiting for space until the deadline.
    ///
    /// - Throws: `timeout` when there is no space for it by then, a system error when the other end is gone or the
    ///   packet is too large for the socket.
    package func send(_ bytes: [UInt8], until deadline: Deadline) throws(MessageSocket.Failure) {
        while true {
            let sent = unsafe bytes.withUnsafeBytes { bytes in
                unsafe mp_send(socket.raw, bytes.baseAddress, bytes.count, nil, 0, 0)
            }
            if sent >= 0 { return }
            guard errno == EAGAIN else { throw .system(.last("sendmsg")) }
            try MessageSocket(socket).wait(for: POLLOUT, until: deadline)
        }
    }

    /// Receives the next packet, if one is there.
    ///
    /// - Parameter buffer: what the packet's bytes are written to; what does not fit is lost.
    /// - Returns: how many bytes the packet has; nil when there is none now.
    /// - Throws: ECONNRESET when every sender has closed its end.
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
        var count = 0
        var isTruncated: Int32 = 0
        let received = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe mp_receive(socket.raw, bytes.start, bytes.count, &raw, &count, &isTruncated, 0)
        }
        // Nobody sends descriptors here; should they come all the same, they are closed.
        for descriptor in raw.prefix(count) { _ = Descriptor(adopting: descriptor) }
        if received > 0 { return received }
        guard received < 0 else { throw SystemError(code: ECONNRESET, call: "recvmsg") }
        guard errno != EAGAIN else { return nil }
        throw .last("recvmsg")
    }
}
