import CMultiprocessing

/// What every packet of a connection begins with.
struct PacketHeader: BitwiseCopyable, Hashable {
    enum Kind: UInt8 {
        /// The message itself follows in the packet.
        case message = 1
        /// The message follows elsewhere: in a segment, and on a channel of its own.
        case bulk = 2
    }

    static let magic: UInt32 = 0x3163_706D
    static let version: UInt8 = 1
    static let size = 32
    /// The longest message that is one packet; a longer packet costs more than the way through a segment.
    static let longestMessage = 64 << 10

    var magic = PacketHeader.magic
    var version = PacketHeader.version
    var kind: UInt8
    var flags: UInt16 = 0
    /// The bytes of the whole message.
    var length: UInt64
    /// Those of the message; the packet of a bulk message has others.
    var descriptors: UInt32
    /// Both zero for a bulk message that comes through the kernel.
    var slabBytes: UInt32 = 0
    var slabCount: UInt32 = 0
    var reserved: UInt32 = 0

    init(_ kind: Kind, length: Int, descriptors: Int) {
        self.kind = kind.rawValue
        self.length = UInt64(length)
        self.descriptors = UInt32(descriptors)
    }

    /// Refuses what no sender of this version writes.
    ///
    /// - Parameters:
    ///   - count: how many bytes came behind the header.
    ///   - arrived: how many descriptors came with the packet.
    /// - Returns: what kind of packet it is.
    /// - Throws: `malformed`, with the number that is wrong.
    func check(bytes count: Int, descriptors arrived: Int) throws(WireError) -> Kind {
        guard magic == Self.magic else { throw .malformed("a packet of another program") }
        guard version == Self.version else { throw .malformed("a packet of version \(version)") }
        guard let kind = Kind(rawValue: kind) else { throw .malformed("a packet of kind \(kind)") }
        guard flags == 0, reserved == 0 else { throw .malformed("a packet with flags \(flags), \(reserved)") }
        guard descriptors <= UInt32(MP_MAXIMUM_DESCRIPTORS) else {
            throw .malformed("a message with \(descriptors) descriptors")
        }
        switch kind {
        case .message:
            guard length == UInt64(count), length <= UInt64(Self.longestMessage) else {
                throw .malformed("\(count) bytes of a message of \(length)")
            }
            guard arrived == Int(descriptors) else {
                throw .malformed("\(arrived) of \(descriptors) descriptors arrived")
            }
            guard slabBytes == 0, slabCount == 0 else { throw .malformed("a message with a segment") }
        case .bulk:
            guard count == 0, length > UInt64(Self.longestMessage), length <= UInt64(Int.max) else {
                throw .malformed("a bulk message of \(length) bytes, with \(count) in its packet")
            }
            try checkSegment(descriptors: arrived)
        }
        return kind
    }

    private func checkSegment(descriptors arrived: Int) throws(WireError) {
        if slabCount == 0 {
            guard slabBytes == 0 else { throw .malformed("no slabs of \(slabBytes) bytes") }
        } else {
            guard slabCount <= SlabSegment.mostSlabs, slabBytes > 0, slabBytes % 4096 == 0,
                slabBytes <= SlabSegment.largestSlab
            else { throw .malformed("\(slabCount) slabs of \(slabBytes) bytes") }
        }
        let expected = slabCount == 0 ? 1 : 2
        guard arrived == expected else {
            throw .malformed("\(arrived) of \(expected) descriptors of a bulk message arrived")
        }
    }
}
