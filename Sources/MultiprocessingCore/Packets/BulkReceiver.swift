import CMultiprocessing
import Glibc

/// A long message on its way here: its pieces lie in slabs of the sender's segment, or come through the kernel.
///
/// The message has a channel of its own. The sender says there which slab has the next piece, and hears there
/// which slab is free again. When either side is gone, the channel ends. So no part of a message can get to
/// anyone but the one who took its announcement.
final class BulkReceiver {
    let length: Int
    let interest: DescriptorInterest
    private let mapping: SharedMapping?
    private let slabBytes: Int
    private let slabCount: Int
    private let descriptorCount: Int
    private var bytes: [UInt8] = []
    private var descriptors: [SharedDescriptor] = []
    private var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
    /// What comes through the kernel.
    private var packet: [UInt8]

    /// Takes a message whose header was checked.
    init(
        _ header: PacketHeader, _ attached: [SharedDescriptor], _ segments: inout SegmentCache
    ) throws(TransportFailure) {
        guard let channel = attached.first else { throw .wire(.truncated) }
        length = Int(header.length)
        interest = DescriptorInterest(channel)
        slabBytes = Int(header.slabBytes)
        slabCount = Int(header.slabCount)
        descriptorCount = Int(header.descriptors)
        if attached.count > 1 {
            mapping = try segments.map(attached[1], header)
            // One more than there should be, so that a longer packet can be told.
            packet = [0, 0]
        } else {
            mapping = nil
            packet = Memory.unset(PacketHeader.longestMessage)
        }
        guard Memory.reserve(length, in: &bytes) else {
            throw .system(SystemError(code: ENOMEM, call: "mmap(\(length))"))
        }
    }

    func receive() throws(TransportFailure) -> Step<IncomingMessage> {
        while bytes.count < length {
            guard let count = try nextPacket() else { return .later }
            let left = length - bytes.count
            if let mapping {
                guard count == 1, Int(packet[0]) < slabCount else {
                    throw .wire(.malformed("a piece in slab \(packet[0]) of \(slabCount)"))
                }
                let slab = Int(packet[0])
                unsafe bytes.append(
                    contentsOf: UnsafeRawBufferPointer(
                        mapping.bytes(at: slab * slabBytes, count: min(slabBytes, left))))
                // A sender that is gone needs no answer: everything may have come all the same.
                _ = unsafe mp_send(interest.descriptor.raw, [packet[0]], 1, nil, 0, 0)
            } else {
                guard count <= left else {
                    throw .wire(.malformed("a piece of \(count) bytes where \(left) are left"))
                }
                bytes += packet[..<count]
            }
        }
        guard descriptors.count == descriptorCount else {
            throw .wire(.malformed("\(descriptors.count) of \(descriptorCount) descriptors arrived"))
        }
        defer { bytes = [] }
        return .done(IncomingMessage(bytes: bytes, descriptors: descriptors))
    }

    /// The next packet of the channel, if one is there.
    private func nextPacket() throws(TransportFailure) -> Int? {
        var found = 0
        var lost: Int32 = 0
        var received = -1
        repeat {
            received = unsafe packet.withUnsafeMutableBytes { packet in
                unsafe mp_receive(
                    interest.descriptor.raw, packet.start, packet.count, &raw, &found, &lost, 0)
            }
            // Tells once that the sender ended without reading the last answers. The pieces are still there.
        } while received < 0 && errno == ECONNRESET
        if received < 0, errno == EAGAIN { return nil }
        guard received >= 0 else {
            throw .wire(.malformed("a bulk message without a channel: \(SystemError.last("recvmsg"))"))
        }
        descriptors += raw[..<found].map { SharedDescriptor(Descriptor(adopting: $0)) }
        guard received > 0 else { throw .wire(.truncated) }
        guard lost == 0 else { throw .wire(.malformed("a piece of which something was lost")) }
        guard descriptors.count <= descriptorCount else {
            throw .wire(.malformed("descriptors that nobody announced"))
        }
        return received
    }
}
