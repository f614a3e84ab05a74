import Glibc
import MultiprocessingCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct PacketChannelTests {
    @Test func packetsArriveWholeAndInOrder() throws {
        let (ours, theirs) = try SocketPair.make(packets: true)
        let (receiver, sender) = (PacketChannel(ours), PacketChannel(theirs))
        var buffer = [UInt8](repeating: 0, count: 96 << 10)
        #expect(try receiver.receive(into: &buffer) == nil)
        for count in [1, 3, 96 << 10] {
            try sender.send([UInt8](repeating: UInt8(count & 0x7F), count: count), until: .now)
        }
        for count in [1, 3, 96 << 10] {
            #expect(try receiver.receive(into: &buffer) == count)
            #expect(buffer[..<count].allSatisfy { $0 == UInt8(count & 0x7F) })
        }
    }

    @Test func aFullSocketIsWaitedForUpToTheDeadline() throws {
        let (ours, theirs) = try SocketPair.make(packets: true)
        let (receiver, sender) = (PacketChannel(ours), PacketChannel(theirs))
        var sent = 0
        do throws(MessageSocket.Failure) {
            while true {
                try sender.send([1, 2, 3], until: .after(.milliseconds(20)))
                sent += 1
            }
        } catch .timeout {
        } catch {
            throw error
        }
        var buffer = [UInt8](repeating: 0, count: 16)
        var received = 0
        while try receiver.receive(into: &buffer) == 3 { received += 1 }
        #expect(sent > 50 && received == sent)
        try sender.send([4], until: .now)
        #expect(try receiver.receive(into: &buffer) == 1)
    }

    @Test func anEndThatIsGoneIsTold() throws {
        let sender = PacketChannel(try SocketPair.make(packets: true).0)
        let error = #expect(throws: MessageSocket.Failure.self) { try sender.send([1], until: .now) }
        guard case .system(let error) = error else { throw SystemError(code: 0, call: "no system error") }
        #expect(error.isBrokenChannel)
        let receiver = PacketChannel(try SocketPair.make(packets: true).0)
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(throws: SystemError(code: ECONNRESET, call: "recvmsg")) {
            _ = try receiver.receive(into: &buffer)
        }
    }
}
