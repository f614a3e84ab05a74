import CMultiprocessing
import Glibc

/// Where packets are received into: room for one, used again and again.
struct PacketInput {
    /// A packet, without its bytes, which lie in the input until the next one.
    struct Packet {
        /// All its bytes, the header's among them.
        let count: Int
        let descriptors: [SharedDescriptor]
    }

    private var head = [UInt8](repeating: 0, count: PacketHeader.size)
    private var body: [UInt8] = []
    private var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))

    /// The header that came last.
    var header: PacketHeader {
        // As long as a header, and any bits are one.
        unsafe head.withUnsafeBytes { unsafe $0.loadUnaligned(as: PacketHeader.self) }
    }

    /// The first bytes behind the header that came last.
    func bytes(_ count: Int) -> [UInt8] { Array(body[..<count]) }

    /// The next packet, if one is there.
    ///
    /// - Throws: `ended` at the end, `wire` for a packet that does not fit or whose descriptors were lost.
    mutating func next(from socket: SharedDescriptor) throws(TransportFailure) -> Packet? {
        if body.isEmpty { body = Memory.unset(PacketHeader.longestMessage) }
        var found = 0
        var lost: Int32 = 0
        while true {
            let received = unsafe head.withUnsafeMutableBytes { head in
                unsafe body.withUnsafeMutableBytes { body in
                    // Neither is empty, so both have a base.
                    unsafe mp_receive_headed(
                        socket.raw, head.start, head.count, body.start, body.count, &raw, &found, &lost)
                }
            }
            // Tells once that the other side left something unread. What it sent before can still be read.
            if received < 0, errno == ECONNRESET { continue }
            if received < 0, errno == EAGAIN { return nil }
            guard received >= 0 else { throw .system(.last("recvmsg")) }
            let descriptors = raw[..<found].map { SharedDescriptor(Descriptor(adopting: $0)) }
            if received == 0, found == 0 { throw .ended }
            guard lost & 1 == 0 else { throw .wire(.malformed("descriptors were lost: no room for them")) }
            guard lost & 2 == 0 else { throw .wire(.tooLarge("a packet longer than a message may be")) }
            return Packet(count: received, descriptors: descriptors)
        }
    }
}
