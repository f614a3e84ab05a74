import CMultiprocessing
import Glibc

/// A long message on its way out: one packet announces it, and its pieces follow on a channel of its own.
final class BulkSender {
    private let message: OutgoingMessage
    private let main: DescriptorInterest
    let loan: SlabLoan
    /// The receiver's end of the channel, until it was sent.
    private var remoteEnd: SharedDescriptor?
    private var offset: Int
    /// A slab that is filled with the next piece, of which the receiver does not know yet.
    private var filled: (slab: Int, count: Int)?
    private(set) var isWaitingForMain = false
    private var isFirst = true

    init(_ message: OutgoingMessage, on main: DescriptorInterest) throws(SystemError) {
        self.message = message
        self.main = main
        offset = message.range.lowerBound
        let (own, remote) = try SocketPair.make(packets: true)
        loan = SlabLoan(own)
        remoteEnd = remote
    }

    var hasBegun: Bool { remoteEnd == nil }

    /// Sends the rest of the message, as far as slabs are free.
    ///
    /// - Parameters:
    ///   - segment: where the pieces go; nil sends them through the kernel.
    ///   - collect: looks for slabs that have become free.
    /// - Returns: whether all of it was sent.
    /// - Throws: `broken` when its receiver is gone.
    func send(
        _ segment: inout SlabSegment?, collect: (inout SlabSegment) -> Void
    ) throws(TransportFailure) -> Bool {
        isWaitingForMain = false
        while offset < message.range.upperBound {
            guard try sendPiece(&segment, collect) else { return false }
            guard try announce(segment) else { return false }
        }
        return try announce(segment)
    }

    /// Gives a slab back that nobody knows of.
    func abandon(_ segment: inout SlabSegment?) {
        if let filled { segment?.give(filled.slab) }
        filled = nil
    }

    private func sendPiece(
        _ segment: inout SlabSegment?, _ collect: (inout SlabSegment) -> Void
    ) throws(TransportFailure) -> Bool {
        // A piece that nobody was told of yet is in its slab already.
        if isFirst == false, remoteEnd != nil { return true }
        let descriptors = isFirst ? message.descriptors : []
        let left = message.range.upperBound - offset
        guard segment != nil else {
            let count = min(left, PacketHeader.longestMessage)
            let sent = unsafe message.bytes.withUnsafeBytes { bytes in
                unsafe mp_send(
                    loan.interest.descriptor.raw, bytes.start + offset, count, descriptors.map(\.raw),
                    descriptors.count, 0)
            }
            withExtendedLifetime(descriptors) {}
            if sent < 0, errno == EAGAIN { return false }
            guard sent == count else { throw TransportFailure(sending: .last("sendmsg")) }
            isFirst = false
            offset += count
            return true
        }
        if filled == nil {
            guard let slab = try take(&segment, collect) else { return false }
            let count = min(left, SlabSegment.slabBytes)
            segment?.fill(slab, with: message.bytes, offset..<(offset + count))
            filled = (slab, count)
        }
        guard let (slab, count) = filled, try loan.announce(slab, descriptors: descriptors) else {
            return false
        }
        filled = nil
        isFirst = false
        offset += count
        return true
    }

    private func take(
        _ segment: inout SlabSegment?, _ collect: (inout SlabSegment) -> Void
    ) throws(TransportFailure) -> Int? {
        guard var slabs = segment else { return nil }
        defer { segment = slabs }
        segment = nil
        if let slab = slabs.take() { return slab }
        collect(&slabs)
        loan.collect(into: &slabs)
        guard !loan.hasEnded else { throw .broken }
        return slabs.take()
    }

    /// Sends the packet by which a receiver takes the message, once.
    private func announce(_ segment: SlabSegment?) throws(TransportFailure) -> Bool {
        guard let remote = remoteEnd else { return true }
        var header = PacketHeader(
            .bulk, length: message.range.count, descriptors: message.descriptors.count)
        var attached = [remote.raw]
        if let segment {
            header.slabBytes = UInt32(SlabSegment.slabBytes)
            header.slabCount = UInt32(SlabSegment.slabCount)
            attached.append(segment.file.raw)
        }
        let sent = unsafe withUnsafeBytes(of: header) { header in
            unsafe mp_send_headed(
                main.descriptor.raw, header.start, header.count, nil, 0, attached, attached.count)
        }
        withExtendedLifetime(remote) {}
        if sent < 0 {
            guard errno == EAGAIN else { throw TransportFailure(sending: .last("sendmsg")) }
            isWaitingForMain = true
            return false
        }
        remoteEnd = nil
        return true
    }
}
