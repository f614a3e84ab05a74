import MultiprocessingCore
import Testing

/// Messages with long arrays that are copied when the message goes.
@Suite struct WireBytesTests {
    private let numbers = (0..<1000).map { UInt32($0) }

    /// What an encoder writes into one piece, and the same with the elements apart.
    private func both() throws -> (whole: [UInt8], parts: WireBytes) {
        var whole = ByteWriter()
        whole.append(UInt8(1))
        try BinaryEncoder().encode(numbers, into: &whole)
        whole.append(UInt8(2))
        var parts = ByteWriter()
        parts.append(UInt8(1))
        let found = parts.appendHead(of: numbers, ifAtLeast: 4000)
        let array = try #require(found)
        #expect(array.count == 4000)
        let insert = WireBytes.Insert(array, at: parts.count)
        parts.append(UInt8(2))
        return (whole.bytes, WireBytes(parts.bytes, [insert]))
    }

    @Test func theyReadAsIfTheyWereOnePiece() throws {
        let (whole, parts) = try both()
        #expect(parts.count == whole.count)
        #expect(parts.flattened == whole)
        #expect(WireBytes(whole).flattened == whole)
    }

    @Test func onlyLongArraysOfNumbersStandApart() {
        var writer = ByteWriter()
        let found = [
            writer.appendHead(of: numbers, ifAtLeast: 4001), writer.appendHead(of: ["text"], ifAtLeast: 0),
            writer.appendHead(of: 7, ifAtLeast: 0), writer.appendHead(of: "text", ifAtLeast: 0),
        ]
        #expect(found.allSatisfy { $0 == nil })
        #expect(writer.count == 0)
    }

    @Test(arguments: [4096, 1 << 16])
    func theyGoThroughARing(ringBytes: Int) throws {
        let (whole, parts) = try both()
        let ring = try WorkerSegment.make(ringBytes: ringBytes).requests
        var writer = FrameWriter(ring)
        var reader = FrameReader(ring)
        for round in 0..<50 {
            try writer.send(kind: 3, slot: UInt32(round), parts)
            var found: [UInt8]?
            while found == nil {
                _ = try reader.next { frame, bytes in
                    #expect(frame.kind == 3 && frame.slot == round)
                    found = Array(bytes)
                }
                try writer.flush()
            }
            #expect(found == whole)
        }
    }
}
