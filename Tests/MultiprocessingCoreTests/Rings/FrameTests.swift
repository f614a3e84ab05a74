import MultiprocessingCore
import TestSupport
import Testing

@Suite(.computes) struct FrameTests {
    private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SplitMix64(state: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    @Test func shortMessagesArriveInOrder() throws {
        let pipe = try RingPipe()
        let frames = (0..<20).map { Frame(kind: UInt32($0), slot: UInt32($0 * 3), bytes: bytes($0)) }
        for frame in frames { try pipe.send(frame) }
        #expect(pipe.hasBytes)
        #expect(!pipe.isDrained)
        for frame in frames { #expect(try pipe.receive() == frame) }
        #expect(try pipe.receive() == nil)
        #expect(pipe.isDrained)
    }

    /// Headers have 16 bytes; half of the ring is the limit for a message in one piece.
    @Test(arguments: [2047, 2048, 2049, 2048 - 16, 2048 - 15, 4096 - 16, 4096 - 15, 4096, 4097])
    func aMessageAtALimitArrives(size: Int) throws {
        let pipe = try RingPipe()
        let frame = Frame(kind: 1, slot: 2, bytes: bytes(size))
        for _ in 0..<5 {
            try pipe.send(frame)
            #expect(try pipe.receiveInTurns() == frame)
        }
    }

    @Test func onlyWhatFitsIsWrittenInOnePiece() throws {
        let pipe = try RingPipe()
        let largest = bytes(RingPipe.capacity / 2 - RingFrame.headerSize)
        let fits = try largest.withUnsafeBytes { try pipe.writer.writeIfFits(kind: 1, slot: 2, $0) }
        #expect(fits)
        #expect(!pipe.hasBytes)
        pipe.writer.publish()
        #expect(try pipe.receive() == Frame(kind: 1, slot: 2, bytes: largest))
        let tooLarge = largest + [0]
        let stillFits = try tooLarge.withUnsafeBytes { try pipe.writer.writeIfFits(kind: 1, slot: 2, $0) }
        #expect(!stillFits)
        #expect(pipe.isDrained)
    }

    @Test func aMessageLongerThanTheRingStreamsThroughIt() throws {
        let pipe = try RingPipe()
        let before = Frame(kind: 1, slot: 0, bytes: bytes(100))
        let long = Frame(kind: 2, slot: 7, bytes: bytes(10 * RingPipe.capacity + 3))
        let after = Frame(kind: 3, slot: 1, bytes: bytes(9, seed: 5))
        for frame in [before, long, after] { try pipe.send(frame) }
        #expect(!pipe.isFlushed)
        // What comes later may not overtake what waits.
        let overtakes = try after.bytes.withUnsafeBytes { try pipe.writer.writeIfFits(kind: 9, slot: 9, $0) }
        #expect(!overtakes)
        for frame in [before, long, after] { #expect(try pipe.receiveInTurns() == frame) }
        #expect(pipe.isDrained)
    }

    @Test func messagesPassTheEndAtEveryOffset() throws {
        for offset in 0..<RingPipe.capacity {
            let pipe = try RingPipe()
            // An empty message moves by 16, the filler by the rest.
            let filler = Frame(kind: 0, slot: 0, bytes: bytes(offset))
            let frame = Frame(kind: 1, slot: 3, bytes: bytes(64, seed: UInt64(offset)))
            try pipe.send(filler)
            guard try pipe.receiveInTurns() == filler else { return #expect(Bool(false), "filler \(offset)") }
            try pipe.send(frame)
            guard try pipe.receive() == frame else { return #expect(Bool(false), "offset \(offset)") }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func randomSizesArriveWhole(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let pipe = try RingPipe()
        var expected: [Frame] = []
        var received = 0
        for number in 0..<2000 {
            let size =
                generator.next() % 10 == 0
                ? Int.random(in: 0..<20_000, using: &generator)
                : Int.random(in: 0..<300, using: &generator)
            let frame = Frame(
                kind: UInt32(number), slot: UInt32(size % 32), bytes: bytes(size, seed: generator.next()))
            try pipe.send(frame)
            expected.append(frame)
            while Bool.random(using: &generator), received < expected.count {
                guard let next = try pipe.receiveInTurns() else { break }
                try #require(next == expected[received])
                received += 1
            }
        }
        while let next = try pipe.receiveInTurns() {
            try #require(next == expected[received])
            received += 1
        }
        #expect(received == expected.count)
        #expect(pipe.isDrained)
    }

    @Test func aMessageBeyondTheReadersLimitIsRefused() throws {
        let pipe = try RingPipe(limit: 1000)
        try pipe.send(Frame(kind: 1, slot: 1, bytes: bytes(1000)))
        #expect(try pipe.receive()?.bytes.count == 1000)
        try pipe.send(Frame(kind: 1, slot: 1, bytes: bytes(1001)))
        do {
            _ = try pipe.receive()
            Issue.record("a message that is too long was accepted")
        } catch {
            #expect(error is RingCorruption)
        }
    }
}
