import Glibc
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct ControlLineTests {
    private func number(_ message: MessageSocket.Message) -> Int? {
        unsafe message.bytes.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            return try? reader.read(Int.self)
        }
    }

    private func bytes(_ number: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(number)
        return writer.bytes
    }

    @Test func whatASocketHasNoRoomForGoesOnInOrder() throws {
        let (ours, theirs) = try SocketPair.make()
        let (_, writer) = try PipeEnd.pair()
        let line = ControlLine()
        let count = 5000
        for number in 0..<count {
            line.append(bytes(number), descriptors: number % 5 == 0 ? [writer.descriptor] : [])
        }
        line.connect(MessageSocket(ours))
        line.flush()
        let socket = MessageSocket(theirs)
        for expected in 0..<count {
            let message = try socket.receive(until: .after(.seconds(60)))
            #expect(number(message) == expected)
            #expect(message.descriptors.count == (expected % 5 == 0 ? 1 : 0))
        }
    }

    @Test func whatIsSentBeforeThereIsAWorkerWaitsForIt() throws {
        let (ours, theirs) = try SocketPair.make()
        let line = ControlLine()
        line.append([1])
        line.flush()
        line.connect(MessageSocket(ours))
        line.append([2])
        line.flush()
        let socket = MessageSocket(theirs)
        #expect(try socket.receive(until: .now).bytes == [1])
        #expect(try socket.receive(until: .now).bytes == [2])
    }

    @Test func aWorkerThatHasEndedLetsGoOfWhatWasForIt() throws {
        let (ours, theirs) = try SocketPair.make()
        let line = ControlLine()
        let (reader, writer) = try PipeEnd.pair()
        do {
            let copy = try writer.duplicated()
            for _ in 0..<3 { line.append([1], descriptors: [copy.descriptor]) }
        }
        line.connect(MessageSocket(ours))
        shutdown(theirs.raw, Int32(SHUT_RDWR))
        line.flush()
        _ = consume writer
        #expect(try reader.readAll() == "")
    }
}
