import MultiprocessingCore
import Testing

/// Messages that stay in the ring while they are used.
@Suite struct LoanRingTests {
    private let ring: Ring
    private let loans: LoanRing

    init() throws {
        ring = try WorkerSegment.make(ringBytes: 4096).replies
        loans = LoanRing(ring, most: 2048)
    }

    private func write(_ bytes: [UInt8], with writer: inout FrameWriter) throws -> Bool {
        guard try writer.writeIfFits(kind: 1, slot: 2, WireBytes(bytes)) else { return false }
        writer.publish()
        return true
    }

    @Test func messagesComeInOrderAndStayInPlace() throws {
        var writer = FrameWriter(ring)
        var kept: [RingLoan] = []
        for number in 0..<3 {
            let isWritten = try write([UInt8](repeating: UInt8(number), count: 400), with: &writer)
            #expect(isWritten)
            let loan = try #require(try loans.lend())
            #expect(loan.frame.kind == 1 && loan.frame.slot == 2 && loan.count == 400)
            kept.append(loan)
        }
        #expect(try loans.lend() == nil)
        for (number, loan) in kept.enumerated() {
            #expect(loan.withBytes { $0.allSatisfy { $0 == number } })
        }
    }

    @Test func spaceComesBackInOrder() throws {
        var writer = FrameWriter(ring)
        func isWritten() throws -> Bool { try write([UInt8](repeating: 7, count: 984), with: &writer) }
        func lend() throws -> RingLoan { try #require(try loans.lend()) }
        // Half of the ring may be lent, and the other half is full too.
        for _ in 0..<4 { #expect(try isWritten()) }
        var first: RingLoan? = try lend()
        var second: RingLoan? = try lend()
        #expect(try !isWritten())
        second = nil
        // The first message still stands before it.
        #expect(try !isWritten())
        #expect(first?.count == 984)
        first = nil
        #expect(try isWritten())
        #expect(try isWritten())
        #expect(try !isWritten())
        #expect(second == nil)
    }

    @Test func whatIsKeptForLongIsCopiedOut() throws {
        var writer = FrameWriter(ring)
        var kept: [RingLoan] = []
        for number in 0..<100 {
            // Nobody gives anything back, and there is always room.
            let isWritten = try write([UInt8](repeating: UInt8(number), count: 984), with: &writer)
            #expect(isWritten)
            kept.append(try #require(try loans.lend()))
            loans.relieve()
        }
        for (number, loan) in kept.enumerated() {
            #expect(loan.withBytes { $0.count == 984 && $0.allSatisfy { $0 == number } })
        }
    }

    @Test func aCopyDoesNotChange() throws {
        var writer = FrameWriter(ring)
        for value in [1, 2] as [UInt8] {
            let isWritten = try write([UInt8](repeating: value, count: 1000), with: &writer)
            #expect(isWritten)
        }
        let first = try #require(try loans.lend())
        let second = try #require(try loans.lend())
        #expect(first.withCopy { $0.allSatisfy { $0 == 1 } })
        loans.evictAll()
        // Both are out, so the whole ring is written over.
        for _ in 0..<4 {
            let isWritten = try write([UInt8](repeating: 9, count: 1000), with: &writer)
            #expect(isWritten)
        }
        #expect(first.withBytes { $0.allSatisfy { $0 == 1 } })
        #expect(second.withBytes { $0.allSatisfy { $0 == 2 } })
    }

    @Test func aMessageThatIsLongerThanWhatIsThereIsFound() throws {
        var writer = RingWriter(ring)
        let header = RingFrame(kind: 1, slot: 0, length: 100)
        withUnsafeBytes(of: header) { writer.write($0) }
        writer.publish()
        #expect(throws: RingCorruption.self) { _ = try loans.lend() }
    }
}
