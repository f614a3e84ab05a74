import CMultiprocessing
import Glibc

/// Fixed-size packets over a packet socket, each with its descriptors.
struct PacketSocket: Sendable {
    struct Packet<Content: BitwiseCopyable> {
        let content: Content
        let descriptors: [SharedDescriptor]
    }

    let socket: SharedDescriptor

    init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Sends a packet with copies of open descriptors; waits while the other side is behind.
    func send<Content: BitwiseCopyable>(_ content: Content, descriptors raw: [Int32] = []) throws(SystemError)
    {
        let sent = unsafe withUnsafeBytes(of: content) { bytes in
            unsafe mp_send(socket.raw, bytes.baseAddress, bytes.count, raw, raw.count, 1)
        }
        guard sent == MemoryLayout<Content>.size else { throw .last("sendmsg") }
    }

    /// Receives the next packet.
    ///
    /// - Throws: ETIMEDOUT when none has come by then; else as without a limit.
    func receive<Content: BitwiseCopyable>(
        _ type: Content.Type, until deadline: Deadline
    ) throws(SystemError) -> Packet<Content> {
        while true {
            do throws(SystemError) {
                return try receive(type, isWaiting: false)
            } catch  where error.code == EAGAIN {
                guard try socket.wait(for: POLLIN, until: deadline) else {
                    throw SystemError(code: ETIMEDOUT, call: "recvmsg")
                }
            }
        }
    }

    /// Receives a packet.
    ///
    /// - Parameters:
    ///   - type: what a packet consists of.
    ///   - isWaiting: without it, EAGAIN is thrown when there is none.
    /// - Returns: the packet, with the descriptors that came with it.
    /// - Throws: ECONNRESET when the other side has closed its end, EPROTO for a packet that is none.
    func receive<Content: BitwiseCopyable>(
        _ type: Content.Type, isWaiting: Bool = true
    ) throws(SystemError) -> Packet<Content> {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<Content>.size)
        var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
        var count = 0
        var isTruncated: Int32 = 0
        let received = unsafe mp_receive(
            socket.raw, &bytes, bytes.count, &raw, &count, &isTruncated, isWaiting ? 1 : 0)
        guard received >= 0 else { throw .last("recvmsg") }
        let descriptors = raw[..<count].map { SharedDescriptor(Descriptor(adopting: $0)) }
        guard received > 0 else { throw SystemError(code: ECONNRESET, call: "recvmsg") }
        guard received == bytes.count, isTruncated == 0 else {
            throw SystemError(code: EPROTO, call: "recvmsg")
        }
        let content = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Content.self) }
        return Packet(content: content, descriptors: descriptors)
    }
}
