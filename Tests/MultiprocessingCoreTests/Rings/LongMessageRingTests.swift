import MultiprocessingCore
import TestSupport
import Testing

/// Messages in the long form, which are longer than the ring that they go through.
@Suite(.timeLimit(.minutes(10))) struct LongMessageRingTests {
    private static let array = (0..<20_000).map { UInt32($0) }

    /// Writes messages on a thread of its own; the stream ends when all are in the ring.
    private static func write(_ count: Int, to ring: Ring) throws -> AsyncStream<RingCorruption?> {
        let written = AsyncStream.makeStream(of: RingCorruption?.self)
        try OSThread.start(named: "test-writer") {
            var writer = FrameWriter(ring)
            do throws(RingCorruption) {
                for number in 0..<count {
                    writer.enqueueLong(
                        kind: UInt32(number), slot: 0, LongMessages.whole(array), keepsArrays: true)
                    try writer.flushBlocking { ring.wakeReader() }
                }
                written.continuation.yield(nil)
            } catch {
                written.continuation.yield(error)
            }
            written.continuation.finish()
        }
        return written.stream
    }

    @Test func aReaderThatWaitsGetsThemWhole() async throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        let written = try Self.write(50, to: ring)
        let read = AsyncStream.makeStream(of: Bool.self)
        try OSThread.start(named: "test-reader") {
            var reader = FrameReader(ring)
            for number in 0..<50 {
                let found = try? reader.nextLong(unless: { false }, afterTaking: { $0.wakeWriter() })
                let loan = found.map { RingLoan($0.frame, long: $0.content) }
                read.continuation.yield(
                    loan?.frame.kind == UInt32(number) && loan?.array(of: [UInt32].self) == Self.array)
            }
            read.continuation.finish()
        }
        var results: [Bool] = []
        for await result in read.stream { results.append(result) }
        #expect(results == Array(repeating: true, count: 50))
        for await error in written { #expect(error == nil) }
    }

    @Test func aReaderThatIsGivenUpReturns() throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        var reader = FrameReader(ring)
        #expect(try reader.nextLong(unless: { true }, afterTaking: { _ in }) == nil)
        #expect(try !reader.waitForWhole(unless: { true }))
    }

    @Test func aMessageForWhichThereIsRoomIsWaitedForInOnePiece() throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        var writer = FrameWriter(ring)
        let reader = FrameReader(ring)
        writer.enqueue(kind: 1, slot: 0, WireBytes([UInt8](repeating: 5, count: 2000)))
        try writer.flush(atMost: 1000)
        #expect(try !reader.waitForWhole(unless: { true }))
        try writer.flush()
        #expect(try reader.waitForWhole(unless: { false }))
        #expect(reader.peek { frame, bytes in frame.kind == 1 && bytes.allSatisfy { $0 == 5 } })
        // One that is longer than what goes in one piece is none that is announced so.
        let other = try WorkerSegment.make(ringBytes: 4096).requests
        var longer = FrameWriter(other)
        longer.enqueue(kind: 1, slot: 0, WireBytes([UInt8](repeating: 5, count: 3000)))
        try longer.flush()
        let second = FrameReader(other)
        #expect(throws: RingCorruption.self) { _ = try second.waitForWhole(unless: { true }) }
    }

    /// What was lent before keeps its place, and gives its space back in its turn.
    @Test func lentMessagesStandBeforeThem() async throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).replies
        let loans = LoanRing(ring, most: 2048)
        var writer = FrameWriter(ring)
        let isWritten = try writer.writeIfFits(
            kind: 1, slot: 2, WireBytes([UInt8](repeating: 9, count: 1000)))
        writer.publish()
        #expect(isWritten)
        var loan: RingLoan? = try loans.lend()
        let short = (0..<2000).map { UInt8(truncatingIfNeeded: $0) }
        writer.enqueueLong(kind: 4, slot: 5, LongMessages.whole(short), keepsArrays: true)
        try writer.flush()
        let isFlushed = writer.isFlushed
        #expect(isFlushed)
        var receiver = LongMessageReceiver()
        while try loans.receive(into: &receiver), receiver.message == nil {}
        let message = receiver.message
        let found = try #require(message)
        #expect(RingLoan(found.frame, long: found.content).array(of: [UInt8].self) == short)
        #expect(loan?.withBytes { $0.allSatisfy { $0 == 9 } } == true)
        // The ring is free when the first of them is not used any more, and not before.
        let early = writer.isDrained
        loan = nil
        let late = writer.isDrained
        #expect(!early && late)
        #expect(loan == nil)
    }

    @Test func lentArraysAreCopiedToWhereTheyStay() throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).replies
        let loans = LoanRing(ring, most: 2048)
        var writer = FrameWriter(ring)
        let array = (0..<200).map { Int($0) }
        let isWritten = try writer.writeIfFits(kind: 1, slot: 2, LongMessages.whole(array))
        writer.publish()
        #expect(isWritten)
        let loan = try #require(try loans.lend())
        // Where it lies, it is bytes.
        #expect(loan.array(of: [Int].self) == nil)
        loans.evictAll()
        let isDrained = writer.isDrained
        #expect(isDrained)
        #expect(loan.array(of: [Int].self) == array)
        #expect(loan.withBytes { unsafe Array($0) } == LongMessages.whole(array).flattened)
    }
}
