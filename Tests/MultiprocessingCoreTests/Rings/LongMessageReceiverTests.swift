import MultiprocessingCore
import TestSupport
import Testing

/// Messages in the long form that come in pieces of any size.
@Suite struct LongMessageReceiverTests {
    private static func receive(
        _ bytes: [UInt8], inPiecesOf size: Int
    ) throws -> (frame: RingFrame, content: WireBytes)? {
        var receiver = LongMessageReceiver()
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(offset + size, bytes.count)])
            let taken = try unsafe piece.withUnsafeBytes { try unsafe receiver.take($0) }
            guard taken > 0 else { break }
            offset += taken
        }
        return offset == bytes.count ? receiver.message : nil
    }

    @Test(arguments: [1, 2, 15, 16, 17, 64, 1000, 1 << 16])
    func piecesOfAnySizeBecomeTheMessage(size: Int) throws {
        let form = try LongMessages.form(of: LongMessages.mixed)
        let found = try #require(try Self.receive(form, inPiecesOf: size))
        #expect(found.frame.kind == 3 && found.frame.slot == 7)
        #expect(found.content.flattened == LongMessages.mixed.flattened)
        #expect(found.content.inserts.map(\.array.count) == [1000, 800])
    }

    @Test func arraysCanGoAsBytes() throws {
        let form = try LongMessages.form(of: LongMessages.mixed, keepsArrays: false)
        let found = try #require(try Self.receive(form, inPiecesOf: 100))
        #expect(found.content.inserts.isEmpty)
        #expect(found.content.bytes == LongMessages.mixed.flattened)
    }

    @Test func anArrayIsHandedOverAsItsTypeOnly() throws {
        let array = (0..<500).map { Int32($0) * -3 }
        let form = try LongMessages.form(of: LongMessages.whole(array))
        let found = try #require(try Self.receive(form, inPiecesOf: 77))
        let loan = RingLoan(found.frame, long: found.content)
        #expect(loan.array(of: [Int32].self) == array)
        #expect(loan.array(of: [UInt32].self) == nil)
        #expect(loan.array(of: Int32.self) == nil)
        // And a message that is more than that is none.
        let mixed = try LongMessages.form(of: LongMessages.mixed)
        let other = try #require(try Self.receive(mixed, inPiecesOf: 77))
        #expect(RingLoan(other.frame, long: other.content).array(of: [UInt8].self) == nil)
    }

    @Test func whatFollowsIsLeft() throws {
        let form = try LongMessages.form(of: LongMessages.mixed)
        var receiver = LongMessageReceiver()
        let taken = try unsafe (form + form).withUnsafeBytes { try unsafe receiver.take($0) }
        #expect(taken == form.count)
        let found = receiver.message
        #expect(found?.content.flattened == LongMessages.mixed.flattened)
    }

    /// Every place of the heads, with numbers that no working program writes there.
    @Test func impossibleHeadsAreFound() throws {
        let form = try LongMessages.form(of: LongMessages.mixed)
        // The length, the number of arrays, that of bytes, and the first array's place, length and tag.
        for offset in [8, 16, 24, 32, 40, 48] {
            for value in [1, 3, 999, 1 << 20, 1 << 62, UInt64.max] {
                var bad = form
                bad.replaceSubrange(offset..<(offset + 8), with: withUnsafeBytes(of: value) { Array($0) })
                if bad == form { continue }
                // Too long a message is one that never comes.
                let found = try? Self.receive(bad + [UInt8](repeating: 0, count: 64), inPiecesOf: 512)
                #expect(found == nil, "\(value) at \(offset)")
            }
        }
        var wrongTag = form
        wrongTag[48] = 200
        #expect(throws: RingCorruption.self) { try Self.receive(wrongTag, inPiecesOf: 512) }
    }

    @Test func impossibleElementsAreFound() throws {
        var form = try LongMessages.form(of: LongMessages.whole([true, false, true]))
        let last = form.count - 1
        #expect(try Self.receive(form, inPiecesOf: 10) != nil)
        form[last] = 2
        #expect(throws: RingCorruption.self) { try Self.receive(form, inPiecesOf: 10) }
    }

    @Test func anyChangedByteIsNoTrap() throws {
        let form = try LongMessages.form(of: LongMessages.mixed)
        var generator = SplitMix64(state: 11)
        for _ in 0..<2000 {
            var bad = form
            bad[Int.random(in: 0..<100, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = try? Self.receive(bad, inPiecesOf: Int.random(in: 1..<300, using: &generator))
        }
    }
}
