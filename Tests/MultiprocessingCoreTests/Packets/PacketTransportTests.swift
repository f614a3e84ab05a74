import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

/// Both halves of a packet transport, step by step, without anyone who waits.
@Suite(.computes) struct PacketTransportTests {
    private let sender: PacketSender
    private let receiver: PacketReceiver
    private let bytes = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    init() throws {
        let (first, second) = try SocketPair.make(packets: true)
        sender = PacketSender(DescriptorInterest(first))
        receiver = PacketReceiver(DescriptorInterest(second))
    }

    private func receive(from receiver: PacketReceiver) throws -> IncomingMessage? {
        if case .done(let message) = try receiver.receive(limit: .max) { message } else { nil }
    }

    /// Sends and receives in turns until the message is there; says how often the sender had to wait.
    private func pass(
        _ message: OutgoingMessage, _ sender: PacketSender, _ receiver: PacketReceiver
    ) throws -> (IncomingMessage, waits: Int) {
        try sender.begin(message)
        var waits = 0
        var isSent = false
        while true {
            if !isSent {
                if case .done = try sender.send() { isSent = true } else { waits += 1 }
            }
            if let message = try receive(from: receiver) { return (message, waits) }
        }
    }

    @Test func longMessagesGoThroughMemoryInParts() throws {
        for _ in 0..<3 {
            let (message, waits) = try pass(OutgoingMessage(bytes), sender, receiver)
            #expect(message.bytes == bytes)
            // 24 pieces in 16 slabs.
            #expect(waits > 0)
        }
    }

    @Test func withoutMemoryTheyGoThroughTheKernel() throws {
        let (first, second) = try SocketPair.make(packets: true)
        let sender = PacketSender(DescriptorInterest(first), usesSegment: false)
        let receiver = PacketReceiver(DescriptorInterest(second))
        let descriptor = SharedDescriptor(try Descriptor(adopting: dup(first.raw)).duplicated())
        let message = OutgoingMessage(bytes, range: 5..<(5 << 20), descriptors: [descriptor, descriptor])
        for _ in 0..<2 {
            let (found, waits) = try pass(message, sender, receiver)
            #expect(found.bytes == Array(bytes[5..<(5 << 20)]))
            #expect(found.descriptors.count == 2 && waits > 0)
        }
    }

    @Test func unreadMessagesHoldTheirSlabsUntilTheyAreRead() throws {
        let short = OutgoingMessage(bytes, range: 0..<100_000)
        var sent = 0
        while true {
            try sender.begin(short)
            guard case .done = try sender.send() else { break }
            sent += 1
        }
        #expect(sent == SlabSegment.slabCount)
        #expect(!sender.hasBegun && sender.waitPoints.count == sent + 1)
        sender.abandon()
        for _ in 0..<sent { #expect(try receive(from: receiver)?.bytes.count == 100_000) }
        #expect(try receive(from: receiver) == nil)
        #expect(try pass(OutgoingMessage(bytes), sender, receiver).0.bytes == bytes)
    }

    @Test func aReceiverThatEndsGivesItsSlabsBack() throws {
        let (first, second) = try SocketPair.make(packets: true)
        let sender = PacketSender(DescriptorInterest(first))
        let other = PacketReceiver(DescriptorInterest(second))
        do {
            let leaving = PacketReceiver(DescriptorInterest(second))
            try sender.begin(OutgoingMessage(bytes))
            #expect(throws: Never.self) { try sender.send() }
            #expect(sender.hasBegun)
            #expect(try receive(from: leaving) == nil)
        }
        #expect(throws: TransportFailure.self) { while case .later = try sender.send() {} }
        #expect(try pass(OutgoingMessage(bytes), sender, other).0.bytes == bytes)
    }
}
