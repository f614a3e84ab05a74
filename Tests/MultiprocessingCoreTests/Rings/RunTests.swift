import MultiprocessingCore
import TestSupport
import Testing

/// Values that lie side by side in a ring.
@Suite struct RunTests {
    private let segment: WorkerSegment

    init() throws {
        segment = try WorkerSegment.make(ringBytes: 4096)
    }

    private func fill(_ room: RunRoom, _ values: [UInt64]) {
        for (index, value) in values.enumerated() {
            room.place.storeBytes(of: value, toByteOffset: index * 8, as: UInt64.self)
        }
    }

    /// The next run's values; nil without one.
    private func take(_ reader: inout FrameReader) throws -> [UInt64]? {
        var found: [UInt64]?
        _ = try reader.next { frame, payload in
            guard frame.kind == 9, frame.slot == 3, let header = RunHeader(of: payload) else { return }
            found = header.values.lowerBound == header.values.upperBound ? [] : nil
            found = stride(from: header.values.lowerBound, to: header.values.upperBound, by: 8).map {
                payload.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
        }
        return found
    }

    @Test func runsOfEveryLengthArriveAlignedAndInOrder() throws {
        var writer = FrameWriter(segment.replies)
        var reader = FrameReader(segment.replies)
        var next: UInt64 = 0
        for length in 1...300 {
            // Messages between them move the runs to odd places.
            try writer.send(kind: 1, slot: 0, [UInt8](repeating: 1, count: length % 31))
            let isRead = try reader.next { _, _ in }
            #expect(isRead)
            let opened = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: length)
            let room = try #require(opened)
            #expect(Int(bitPattern: room.place) % 16 == 0)
            let count = min(length, room.capacity)
            let values = (0..<count).map { next + UInt64($0) }
            next += UInt64(count)
            fill(room, values)
            let isEarly = reader.hasBytes
            #expect(!isEarly)
            writer.closeRun(room, count: count)
            let taken = try take(&reader)
            #expect(taken == values)
        }
    }

    @Test func anEmptyRunIsNoMessage() throws {
        var writer = FrameWriter(segment.replies)
        let room = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: 10)
        writer.closeRun(try #require(room), count: 0)
        let hasBytes = FrameReader(segment.replies).hasBytes
        #expect(!hasBytes)
    }

    @Test func valuesWithoutContentsNeedNoRoom() throws {
        var writer = FrameWriter(segment.replies)
        var reader = FrameReader(segment.replies)
        let opened = try writer.openRun(kind: 9, slot: 3, spacing: 0, atMost: 100_000)
        let room = try #require(opened)
        #expect(room.capacity == 100_000)
        writer.closeRun(room, count: 100_000)
        var count: UInt32 = 0
        let isRead = try reader.next { _, payload in count = RunHeader(of: payload)?.count ?? 0 }
        #expect(isRead && count == 100_000)
    }

    @Test func aFullRingHasNoRoom() throws {
        var writer = FrameWriter(segment.replies)
        for _ in 0..<2 { try writer.send(kind: 1, slot: 0, [UInt8](repeating: 0, count: 2020)) }
        let room = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: 10)
        #expect(room == nil)
        try writer.send(kind: 1, slot: 0, [UInt8](repeating: 0, count: 100))
        let waiting = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: 10)
        #expect(waiting == nil)
    }

    // MARK: After a death

    @Test(arguments: [1, 7, 100])
    func whatADeadWriterHadNotPublishedIsFound(count: Int) throws {
        var writer = FrameWriter(segment.replies)
        var reader = FrameReader(segment.replies)
        try writer.send(kind: 1, slot: 0, [1, 2, 3])
        let opened = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: 200)
        let room = try #require(opened)
        fill(room, (0..<count).map { UInt64($0) * 3 })
        // First what was published has to be read.
        let early = reader.openRun(at: room.position, kind: 9, slot: 3, count: count)
        #expect(early == nil)
        let isRead = try reader.next { _, _ in }
        #expect(isRead)
        let found = reader.openRun(at: room.position, kind: 9, slot: 3, count: count)
        let message = try #require(found)
        message.withUnsafeBytes { bytes in
            let header = RunHeader(of: UnsafeRawBufferPointer(rebasing: bytes[RingFrame.headerSize...]))
            #expect(header?.count == UInt32(count))
            guard let header else { return }
            for index in 0..<count {
                let place = RingFrame.headerSize + header.values.lowerBound + index * 8
                #expect(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) == UInt64(index) * 3)
            }
        }
    }

    @Test func whatCannotBeARunIsNotTakenForOne() throws {
        var writer = FrameWriter(segment.replies)
        let reader = FrameReader(segment.replies)
        let opened = try writer.openRun(kind: 9, slot: 3, spacing: 8, atMost: 200)
        let position = try #require(opened).position
        // Another kind, slot or place; no or fewer values; more than the ring could hold.
        let attempts: [(position: UInt64, kind: UInt32, slot: UInt32, count: Int)] = [
            (position, 8, 3, 1), (position, 9, 4, 1), (position + 1, 9, 3, 1), (position, 9, 3, 0),
            (position, 9, 3, -5), (position, 9, 3, 4096 / 8), (position, 9, 3, .max),
        ]
        for attempt in attempts {
            let found = reader.openRun(
                at: attempt.position, kind: attempt.kind, slot: attempt.slot, count: attempt.count)
            #expect(found == nil, "\(attempt)")
        }
    }

    /// Bytes of any kind where a run's header should be.
    @Test func headersThatDoNotFitTheirBytesAreRefused() {
        func header(_ count: UInt32, _ spacing: UInt16, _ padding: UInt16, bytes: Int) -> RunHeader? {
            var message = [UInt8](repeating: 0, count: max(8, bytes))
            message.withUnsafeMutableBytes {
                $0.storeBytes(of: count, as: UInt32.self)
                $0.storeBytes(of: spacing, toByteOffset: 4, as: UInt16.self)
                $0.storeBytes(of: padding, toByteOffset: 6, as: UInt16.self)
            }
            return message.withUnsafeBytes { RunHeader(of: UnsafeRawBufferPointer(rebasing: $0[..<bytes])) }
        }
        #expect(header(2, 8, 0, bytes: 24)?.values == 8..<24)
        #expect(header(2, 8, 3, bytes: 27)?.values == 11..<27)
        #expect(header(0, 8, 0, bytes: 8) == nil)
        #expect(header(2, 8, 0, bytes: 23) == nil)
        #expect(header(2, 8, 0, bytes: 25) == nil)
        #expect(header(1, 8, 16, bytes: 32) == nil)
        #expect(header(1, 65, 0, bytes: 73) == nil)
        #expect(header(.max, .max, 0, bytes: 64) == nil)
        #expect(header(1, 0, 0, bytes: 7) == nil)
    }
}
