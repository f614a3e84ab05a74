import CMultiprocessing
import Glibc

/// Sends to a packet socket: a message in one packet, or, if it is long, through a segment of memory.
final class PacketSender: MessageSender {
    private enum State {
        case idle
        case packet(OutgoingMessage)
        case bulk(BulkSender)
    }

    private let interest: DescriptorInterest
    private var state = State.idle
    private var segment: SlabSegment?
    /// Messages that were sent whole and of which something lies in the segment.
    private var loans: [SlabLoan] = []

    /// Whether long messages go through memory, if there is some.
    private let usesSegment: Bool

    init(_ interest: DescriptorInterest, usesSegment: Bool = true) {
        self.interest = interest
        self.usesSegment = usesSegment
    }

    func begin(_ message: OutgoingMessage) throws(TransportFailure) {
        guard message.descriptors.count <= Int(MP_MAXIMUM_DESCRIPTORS) else {
            throw .wire(.tooLarge("a message carries at most \(MP_MAXIMUM_DESCRIPTORS) descriptors"))
        }
        guard message.range.count > PacketHeader.longestMessage else {
            state = .packet(message)
            return
        }
        // Without memory for a segment the message goes through the kernel.
        if segment == nil, usesSegment { segment = try? SlabSegment() }
        do {
            state = .bulk(try BulkSender(message, on: interest))
        } catch {
            throw .system(error)
        }
    }

    var hasBegun: Bool {
        if case .bulk(let bulk) = state { bulk.hasBegun } else { false }
    }

    func abandon() {
        if case .bulk(let bulk) = state { end(bulk) }
        state = .idle
    }

    var waitPoints: [WaitPoint] {
        guard case .bulk(let bulk) = state, !bulk.isWaitingForMain else {
            return [WaitPoint(interest: interest, direction: .writing)]
        }
        if segment == nil { return [WaitPoint(interest: bulk.loan.interest, direction: .writing)] }
        return (loans + [bulk.loan]).map { WaitPoint(interest: $0.interest, direction: .reading) }
    }

    func send() throws(TransportFailure) -> Step<Void> {
        do {
            switch state {
            case .idle: break
            case .packet(let message):
                guard try send(message) else { return .later }
            case .bulk(let bulk):
                guard try bulk.send(&segment, collect: collect) else { return .later }
                if segment != nil { loans.append(bulk.loan) }
            }
            state = .idle
            return .done(())
        } catch {
            abandon()
            throw error
        }
    }

    private func send(_ message: OutgoingMessage) throws(TransportFailure) -> Bool {
        let header = PacketHeader(
            .message, length: message.range.count, descriptors: message.descriptors.count)
        let sent = unsafe withUnsafeBytes(of: header) { header in
            unsafe message.bytes.withUnsafeBytes { bytes in
                let place = unsafe bytes.baseAddress.map { unsafe $0 + message.range.lowerBound }
                return unsafe mp_send_headed(
                    interest.descriptor.raw, header.start, header.count, place, message.range.count,
                    message.descriptors.map(\.raw), message.descriptors.count)
            }
        }
        withExtendedLifetime(message) {}
        if sent >= 0 { return true }
        guard errno == EAGAIN else { throw TransportFailure(sending: .last("sendmsg")) }
        return false
    }

    private func collect(into slabs: inout SlabSegment) {
        for loan in loans { loan.collect(into: &slabs) }
        loans.removeAll(where: \.isOver)
    }

    /// The message does not go on: what it has of the segment is free, as soon as its receiver is gone.
    private func end(_ bulk: BulkSender) {
        bulk.abandon(&segment)
        if segment != nil, !bulk.loan.isOver { loans.append(bulk.loan) }
    }
}
