import Glibc
import MultiprocessingCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct SlotTests {
    private func slot() throws -> Slot {
        try WorkerSegment.make(ringBytes: 4096).slots[0]
    }

    @Test func aNewSegmentsSlotsAreFree() throws {
        let segment = try WorkerSegment.make(ringBytes: 4096)
        #expect(segment.slots.count == WorkerSegment.slotCount)
        for slot in segment.slots {
            #expect(slot.state == .free)
            #expect(!slot.start())
            #expect(!slot.revoke())
        }
    }

    @Test func slotsDoNotTouchEachOther() throws {
        let segment = try WorkerSegment.make(ringBytes: 4096)
        for (index, slot) in segment.slots.enumerated() where index % 3 == 0 { slot.post() }
        for (index, slot) in segment.slots.enumerated() {
            #expect(slot.state == (index % 3 == 0 ? .posted : .free))
        }
        for ring in [segment.requests, segment.replies] {
            let hasBytes = FrameReader(ring).hasBytes
            #expect(!hasBytes)
        }
    }

    @Test func bothMappingsShowTheSame() throws {
        let segment = try WorkerSegment.make(ringBytes: 4096)
        let other = try WorkerSegment(segment.file, ringBytes: 4096)
        segment.slots[5].post()
        #expect(other.slots[5].start())
        #expect(other.slots[5].begin(item: 3, stamped: false))
        #expect(segment.slots[5].begunItems == 4)
        #expect(!segment.slots[5].revoke())
        var writer = FrameWriter(segment.requests)
        try writer.send(kind: 1, slot: 5, [1])
        let (arrived, strayed) = (FrameReader(other.requests).hasBytes, FrameReader(other.replies).hasBytes)
        #expect(arrived && !strayed)
    }

    @Test func whatWasTakenBackIsNotStarted() throws {
        let slot = try slot()
        slot.post()
        #expect(slot.revoke())
        #expect(!slot.revoke())
        #expect(!slot.start())
        #expect(slot.state == .revoked)
        slot.free()
        slot.post()
        #expect(slot.start())
        #expect(!slot.revoke())
        #expect(!slot.start())
        #expect(slot.state == .started)
    }

    @Test func begunItemsAreCountedAndStamped() throws {
        let slot = try slot()
        #expect(slot.begunItems == 0)
        slot.post()
        #expect(slot.begunItems == 0)
        #expect(slot.start())
        #expect(slot.begunItems == 0)
        #expect(slot.begunAt == nil)
        let before = Deadline.now
        #expect(slot.begin(item: 0, stamped: true))
        #expect(slot.begunItems == 1)
        let begun = try #require(slot.begunAt)
        #expect(begun >= before && begun <= .now)
        #expect(slot.begin(item: 1_000_000, stamped: false))
        #expect(slot.begunItems == 1_000_001)
        #expect(slot.begunAt == begun)
        slot.free()
        #expect(slot.begunItems == 0)
        slot.post()
        #expect(slot.start())
        #expect(slot.begin(item: 0, stamped: false))
        #expect(slot.begunAt == nil)
    }

    @Test func aHaltedChunkBeginsNothingMore() throws {
        let slot = try slot()
        slot.post()
        #expect(slot.start())
        #expect(slot.begin(item: 0, stamped: true))
        #expect(slot.begin(item: 1, stamped: true))
        // The worker has got on since the parent looked.
        #expect(!slot.halt(after: 1))
        #expect(slot.begin(item: 2, stamped: true))
        #expect(slot.halt(after: 3))
        #expect(!slot.halt(after: 3))
        #expect(!slot.begin(item: 3, stamped: true))
        #expect(slot.begunItems == 3)
        #expect(slot.state == .started)
        slot.free()
        slot.post()
        #expect(slot.start())
        #expect(slot.begin(item: 0, stamped: true))
        #expect(slot.begin(item: 1, stamped: true))
    }

    @Test func aChunkMayBeHaltedBeforeItsFirstItem() throws {
        let slot = try slot()
        slot.post()
        #expect(slot.start())
        #expect(slot.halt(after: 0))
        #expect(!slot.begin(item: 0, stamped: true))
        #expect(slot.begunItems == 0)
        #expect(slot.state == .started)
    }

    @Test func nothingThatTheOtherSideWritesIsDangerous() throws {
        let segment = try WorkerSegment.make(ringBytes: 4096)
        let page = try SharedMapping(segment.file.descriptor, offset: 0, count: 4096)
        let words = [1024, 1032].map { SharedLongWord(page, at: $0) }
        let values: [UInt64] = [.max, .max - 1, .max - 2, .max - 3, 1 << 63, 5, 6]
        for value in values {
            for word in words { word.value = value }
            #expect(segment.slots[0].begunItems >= 0)
            #expect((segment.slots[0].begunAt == nil) == (segment.slots[0].begunItems == 0))
            #expect(segment.slots[0].state.rawValue == value & 3)
        }
    }

    @Test func onlyOneOfStartAndRevokeWins() async throws {
        let rounds = 20_000
        let slots = try WorkerSegment.make(ringBytes: 4096).slots
        let turn = Turn()
        let started = AsyncStream.makeStream(of: [Bool].self)
        try OSThread.start(named: "test-worker") {
            started.continuation.yield(
                (0..<rounds).map { round in
                    turn.wait(for: 2 * round + 1)
                    let isStarted = slots[round % slots.count].start()
                    turn.pass(to: 2 * round + 2)
                    return isStarted
                })
            started.continuation.finish()
        }
        let revoked = (0..<rounds).map { round in
            slots[round % slots.count].post()
            turn.pass(to: 2 * round + 1)
            let isRevoked = slots[round % slots.count].revoke()
            turn.wait(for: 2 * round + 2)
            return isRevoked
        }
        for await started in started.stream {
            #expect(zip(started, revoked).allSatisfy { $0 != $1 })
            #expect(started.count == rounds)
        }
    }
}

/// Whose turn it is, as a number that two threads count up.
private final class Turn: Sendable {
    private let number = Atomic(0)

    func pass(to next: Int) { number.store(next, ordering: .releasing) }

    func wait(for wanted: Int) {
        // Looks for a short while only, so that both can go on where there is one processor.
        var looks = 0
        while number.load(ordering: .acquiring) != wanted {
            looks += 1
            if looks % 100 == 0 { sched_yield() } else { Processor.pause() }
        }
    }
}
