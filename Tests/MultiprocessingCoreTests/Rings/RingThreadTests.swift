import MultiprocessingCore
import Synchronization
import TestSupport
import Testing

/// A writer and a reader on threads of their own that sleep whenever they can: a lost wake would hang them.
@Suite(.timeLimit(.minutes(10))) struct RingThreadTests {
    private static let count = 10_000

    private static func size(_ generator: inout SplitMix64) -> Int {
        generator.next() % 100 == 0
            ? Int.random(in: 0..<30_000, using: &generator) : Int.random(in: 0..<200, using: &generator)
    }

    private struct Outcome: Sendable {
        var frames = 0
        var isInOrder = true
        var error: RingCorruption?
    }

    @Test func noWakeIsLost() async throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        let outcome = AsyncStream.makeStream(of: Outcome.self)
        try OSThread.start(named: "test-reader") {
            outcome.continuation.yield(Self.readAll(ring))
            outcome.continuation.finish()
        }
        let written = AsyncStream.makeStream(of: RingCorruption?.self)
        try OSThread.start(named: "test-writer") {
            written.continuation.yield(Self.writeAll(ring))
            written.continuation.finish()
        }
        for await error in written.stream { #expect(error == nil) }
        for await outcome in outcome.stream {
            #expect(outcome.error == nil)
            #expect(outcome.isInOrder)
            #expect(outcome.frames == Self.count)
        }
    }

    private static func writeAll(_ ring: Ring) -> RingCorruption? {
        var generator = SplitMix64(state: 7)
        var writer = FrameWriter(ring)
        do throws(RingCorruption) {
            for number in 0..<count {
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size(&generator))
                try writer.send(kind: UInt32(number), slot: 0, bytes)
                try writer.flushBlocking { ring.wakeReader() }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func readAll(_ ring: Ring) -> Outcome {
        var generator = SplitMix64(state: 7)
        var reader = FrameReader(ring)
        var outcome = Outcome()
        do throws(RingCorruption) {
            while outcome.frames < count {
                let number = outcome.frames
                var isExpected = true
                let found = try reader.next { header, bytes in
                    isExpected =
                        header.kind == UInt32(number)
                        && bytes.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) }
                        && bytes.count == Self.size(&generator)
                }
                reader.wakeWriter()
                if found {
                    outcome.frames += 1
                    outcome.isInOrder = outcome.isInOrder && isExpected
                } else {
                    reader.wait(until: nil)
                }
            }
        } catch {
            outcome.error = error
        }
        return outcome
    }

    @Test func aWaitEndsAtItsDeadline() throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        let deadline = Deadline.after(.milliseconds(20))
        FrameReader(ring).wait(until: deadline)
        #expect(deadline.hasPassed)
        var writer = RingWriter(ring)
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            writer.write(UnsafeRawBufferPointer(bytes))
        }
        writer.publish()
        let second = Deadline.after(.milliseconds(20))
        try writer.waitForSpace(1, until: second)
        #expect(second.hasPassed)
    }

    @Test func aRequestForSpaceIsTakenOnce() throws {
        let ring = try WorkerSegment.make(ringBytes: 4096).requests
        var writer = FrameWriter(ring)
        let reader = FrameReader(ring)
        let isWanted = try writer.requestSpace()
        #expect(!isWanted)
        let early = reader.takeWriterRequest()
        #expect(!early)
        try writer.send(kind: 1, slot: 1, [UInt8](repeating: 3, count: 5000))
        let isWantedNow = try writer.requestSpace()
        #expect(isWantedNow)
        let answers = [reader.takeWriterRequest(), reader.takeWriterRequest()]
        #expect(answers == [true, false])
    }
}
