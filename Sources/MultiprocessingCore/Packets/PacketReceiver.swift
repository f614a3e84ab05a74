import Glibc

/// Receives from a packet socket.
///
/// Every packet is complete in itself, so a bad one is an error of its own and the next may be good.
final class PacketReceiver: MessageReceiver {
    private let interest: DescriptorInterest
    private var input = PacketInput()
    private var segments = SegmentCache()
    /// A message whose rest has not come yet.
    private var bulk: BulkReceiver?
    private var isUnusable = false

    init(_ interest: DescriptorInterest) {
        self.interest = interest
    }

    var hasPart: Bool { bulk != nil }

    var waitPoint: WaitPoint {
        WaitPoint(interest: bulk?.interest ?? interest, direction: .reading)
    }

    func receive(limit: Int) throws(TransportFailure) -> Step<IncomingMessage> {
        guard !isUnusable else { throw .unusable }
        if let bulk { return try goOn(bulk, limit: limit) }
        guard let packet = try input.next(from: interest.descriptor) else { return .later }
        let header = input.header
        guard packet.count >= PacketHeader.size else { throw .wire(.truncated) }
        switch try kind(of: header, packet) {
        case .message:
            try check(header.length, limit)
            let bytes = input.bytes(packet.count - PacketHeader.size)
            return .done(IncomingMessage(bytes: bytes, descriptors: packet.descriptors))
        case .bulk:
            try check(header.length, limit)
            let fresh = try BulkReceiver(header, packet.descriptors, &segments)
            bulk = fresh
            return try goOn(fresh, limit: limit)
        }
    }

    private func kind(
        of header: PacketHeader, _ packet: PacketInput.Packet
    ) throws(TransportFailure) -> PacketHeader.Kind {
        do {
            return try header.check(
                bytes: packet.count - PacketHeader.size, descriptors: packet.descriptors.count)
        } catch {
            throw .wire(error)
        }
    }

    private func check(_ length: UInt64, _ limit: Int) throws(TransportFailure) {
        guard length > UInt64(max(0, limit)) else { return }
        isUnusable = true
        refuseTheRest()
        throw .tooLong(length)
    }

    /// Whoever sends, and would wait for a reader for ever, learns that there is none.
    private func refuseTheRest() {
        shutdown(interest.descriptor.raw, Int32(SHUT_RD))
        // Only space wakes a sender that waits for some.
        while let packet = try? input.next(from: interest.descriptor), packet.count > 0 {}
    }

    private func goOn(_ bulk: BulkReceiver, limit: Int) throws(TransportFailure) -> Step<IncomingMessage> {
        do {
            try check(UInt64(bulk.length), limit)
            let step = try bulk.receive()
            if case .done = step { self.bulk = nil }
            return step
        } catch {
            self.bulk = nil
            throw error
        }
    }
}
