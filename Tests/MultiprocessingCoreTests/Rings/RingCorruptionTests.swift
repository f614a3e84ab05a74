import MultiprocessingCore
import Testing

@Suite struct RingCorruptionTests {
    static let impossible: [UInt64] = [
        4097, 5000, 1 << 32, UInt64(Int64.max), 1 << 63, .max - 15, .max,
    ]

    private let segment: WorkerSegment
    private let control: RingControl

    init() throws {
        segment = try WorkerSegment.make(ringBytes: 4096)
        control = try RingControl(segment)
    }

    @Test(arguments: impossible)
    func aTailThatIsTooFarIsAnError(tail: UInt64) throws {
        var reader = FrameReader(segment.requests)
        control.tail.value = tail
        #expect(throws: RingCorruption.self) { try next(&reader) }
        // Still an error the next time, and waiting returns at once.
        reader.wait(until: nil)
        #expect(throws: RingCorruption.self) { try next(&reader) }
    }

    @Test func aTailThatGoesBackIsAnError() throws {
        var writer = FrameWriter(segment.requests)
        var reader = FrameReader(segment.requests)
        try writer.send(kind: 1, slot: 1, [1, 2, 3])
        let isRead = try next(&reader)
        #expect(isRead)
        control.tail.value = 1
        #expect(throws: RingCorruption.self) { try next(&reader) }
    }

    @Test(arguments: impossible)
    func aHeadBeyondTheTailIsAnError(head: UInt64) throws {
        var writer = FrameWriter(segment.requests)
        try writer.send(kind: 1, slot: 1, [UInt8](repeating: 1, count: 3000))
        control.head.value = head
        #expect(throws: RingCorruption.self) {
            try writer.send(kind: 1, slot: 1, [UInt8](repeating: 1, count: 3000))
        }
        #expect(throws: RingCorruption.self) { try writer.flush() }
        #expect(throws: RingCorruption.self) { try writer.requestSpace() }
        #expect(throws: RingCorruption.self) { try writer.flushBlocking {} }
    }

    @Test func aHeadThatGoesBackIsAnError() throws {
        var writer = FrameWriter(segment.requests)
        var reader = FrameReader(segment.requests)
        let bytes = [UInt8](repeating: 1, count: 2000)
        for _ in 0..<4 {
            try writer.send(kind: 1, slot: 1, bytes)
            let isRead = try next(&reader)
            #expect(isRead)
        }
        try writer.send(kind: 1, slot: 1, bytes)
        try writer.send(kind: 1, slot: 1, bytes)
        control.head.value = 5
        #expect(throws: RingCorruption.self) { try writer.send(kind: 1, slot: 1, bytes) }
    }

    /// The word changes after the last look that found the ring in order.
    @Test(arguments: impossible)
    func aHeadThatBecomesImpossibleEndsAWait(head: UInt64) async throws {
        let (ring, control) = (segment.requests, control)
        let outcome = AsyncStream.makeStream(of: Bool.self)
        try OSThread.start(named: "test-writer") {
            var writer = FrameWriter(ring)
            do {
                try writer.send(kind: 1, slot: 1, [UInt8](repeating: 1, count: 9000))
                try writer.flushBlocking {}
                outcome.continuation.yield(false)
            } catch {
                outcome.continuation.yield(true)
            }
            outcome.continuation.finish()
        }
        while control.writerSleeps.value == 0 { await Task.yield() }
        control.head.value = head
        RingReader(ring).wakeWriter()
        var isRefused: Bool?
        for await result in outcome.stream { isRefused = result }
        #expect(isRefused == true)
    }

    @Test func aLengthBeyondEverythingIsAnError() throws {
        var writer = RingWriter(segment.requests)
        var reader = FrameReader(segment.requests)
        withUnsafeBytes(of: (UInt32(1), UInt32(2), UInt64.max)) { writer.write($0) }
        writer.publish()
        #expect(throws: RingCorruption.self) { try next(&reader) }
    }

    @Test func aLengthThatNeverArrivesTakesNoMemoryForIt() throws {
        var writer = RingWriter(segment.requests)
        var reader = FrameReader(segment.requests)
        withUnsafeBytes(of: (UInt32(1), UInt32(2), UInt64(1) << 40)) { writer.write($0) }
        writer.publish()
        let isRead = try next(&reader)
        #expect(!isRead)
    }

    private func next(_ reader: inout FrameReader) throws -> Bool {
        try reader.next { _, _ in }
    }
}
