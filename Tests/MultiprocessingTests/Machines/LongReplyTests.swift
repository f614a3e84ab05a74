import Dispatch
import Glibc
import MultiprocessingCore
import Synchronization
import Testing

@testable import Multiprocessing

/// A long answer on its way, without a worker.
@Suite struct LongReplyTests {
    private let ring: Ring
    private let loans: LoanRing

    init() throws {
        ring = try WorkerSegment.make(ringBytes: 4096).replies
        loans = LoanRing(ring, most: 2048)
    }

    /// Writes a short result, whole.
    private func write(_ byte: UInt8, count: Int, with writer: inout FrameWriter) throws {
        let isWritten = try writer.writeIfFits(
            kind: PoolReply.value, slot: 1, WireBytes([UInt8](repeating: byte, count: count)))
        #expect(isWritten)
        writer.publish()
    }

    /// Results that somebody keeps must not stand in the way of what is longer than the rest of the ring.
    @Test func itPassesWhatIsKept() throws {
        var writer = FrameWriter(ring)
        try write(3, count: 1500, with: &writer)
        let kept = try #require(try loans.lend())
        let answer = [UInt8](repeating: 4, count: 50_000)
        writer.enqueueLong(kind: PoolReply.value, slot: 2, WireBytes(answer), keepsArrays: true)
        let reply = LongReply(slot: 2, loans)
        // Each round makes space for the next one, and so it ends.
        for _ in 0..<100 where !reply.isOver {
            try writer.flush()
            while reply.receive() {}
        }
        let loan = try #require(try reply.take())
        #expect(loan.frame.slot == 2 && loan.withBytes { unsafe Array($0) } == answer)
        #expect(kept.withBytes { $0.count == 1500 && $0.allSatisfy { $0 == 3 } })
    }

    @Test func itIsNotThereBeforeItIsWhole() throws {
        var writer = FrameWriter(ring)
        writer.enqueueLong(kind: PoolReply.value, slot: 2, WireBytes([1, 2, 3]), keepsArrays: true)
        let reply = LongReply(slot: 2, loans)
        try writer.flush(atMost: 20)
        #expect(!reply.receive() && !reply.isOver)
        #expect(try reply.take() == nil)
        try writer.flush()
        // The last look takes what has come by then.
        #expect(try reply.take(isLast: true)?.withBytes { unsafe Array($0) } == [1, 2, 3])
        #expect(reply.isOver)
    }

    /// Whoever looks whether it is whole turns nobody away who comes to copy it.
    @Test func lookingDoesNotDisturbCopying() async throws {
        let stuck = try await onThread {
            try (0..<100).filter { _ in try !Self.copyWhileSomebodyLooks() }
        }
        #expect(stuck.isEmpty)
    }

    /// A thread writes, one looks and this one copies; false if it hears of nothing more before everything has come.
    private static func copyWhileSomebodyLooks() throws -> Bool {
        let ring = try WorkerSegment.make(ringBytes: 4096).replies
        let reply = LongReply(slot: 2, LoanRing(ring, most: 2048))
        let bell = Bell()
        let threads = DispatchGroup()
        try run(in: threads) {
            var writer = FrameWriter(ring)
            let answer = WireBytes([UInt8](repeating: 7, count: 20_000))
            writer.enqueueLong(kind: PoolReply.value, slot: 2, answer, keepsArrays: true)
            try? writer.flushBlocking(unless: { reply.isOver }, afterPublishing: { bell.ring() })
        }
        try run(in: threads) {
            while !reply.isOver {
                _ = try? reply.take()
                sched_yield()
            }
        }
        // The bound is never near.
        let end = Deadline.after(.seconds(20))
        while !reply.isOver, !end.hasPassed {
            if bell.answer() {
                while reply.receive() {}
            } else {
                sched_yield()
            }
        }
        let isWhole = reply.isOver
        while !reply.isOver { _ = try reply.take(isLast: true) }
        threads.wait()
        return isWhole
    }

    private static func run(in threads: DispatchGroup, _ body: @escaping @Sendable () -> Void) throws {
        threads.enter()
        try OSThread.start(named: "test-long") {
            body()
            threads.leave()
        }
    }

    @Test func whatNoWorkerWritesIsFound() throws {
        var writer = RingWriter(ring)
        let bad = RingFrame(kind: PoolReply.value, slot: 0, length: 3)
        unsafe withUnsafeBytes(of: bad) { unsafe writer.write($0) }
        writer.publish()
        let reply = LongReply(slot: 0, loans)
        #expect(!reply.receive() && reply.isOver)
        #expect(throws: RingCorruption.self) { _ = try reply.take() }
    }

    /// A worker that sleeps because the ring is full hears of the space that comes back later.
    @Test func spaceThatComesBackWakesTheWriter() throws {
        var writer = FrameWriter(ring)
        try write(3, count: 2000, with: &writer)
        var kept: RingLoan? = try loans.lend()
        #expect(kept?.count == 2000)
        writer.enqueue(kind: PoolReply.value, slot: 2, WireBytes([UInt8](repeating: 4, count: 5000)))
        try writer.flush()
        let sleeps = try writer.requestSpace()
        #expect(sleeps)
        kept = nil
        let space = RingReader(ring)
        // Whoever gave it back has taken the request.
        let isStillAsked = space.takeWriterRequest()
        #expect(!isStillAsked)
    }
}

/// Says that there is something new.
private final class Bell: Sendable {
    private let hasRung = Atomic<Bool>(false)

    func ring() { hasRung.store(true, ordering: .releasing) }
    func answer() -> Bool { hasRung.exchange(false, ordering: .acquiringAndReleasing) }
}
