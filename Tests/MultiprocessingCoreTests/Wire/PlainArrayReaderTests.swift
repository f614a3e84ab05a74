import MultiprocessingCore
import Testing

/// Arrays that are copied from a message which somebody else may write to meanwhile.
@Suite struct PlainArrayReaderTests {
    private func message(_ value: some Encodable) throws -> [UInt8] {
        var writer = ByteWriter()
        try BinaryEncoder().encode(value, into: &writer)
        return writer.bytes
    }

    private func read<Value>(_ message: [UInt8], as type: Value.Type, expecting count: Int = 0) -> Value? {
        var reader = PlainArrayReader<Value>()
        return message.withUnsafeBytes { reader.read($0, expecting: count) }
    }

    @Test func arraysOfNumbersAreRead() throws {
        #expect(try read(message([1.5, 2.5]), as: [Double].self) == [1.5, 2.5])
        #expect(try read(message([true, false]), as: [Bool].self) == [true, false])
        #expect(try read(message([UInt8]()), as: [UInt8].self) == [])
    }

    @Test func everythingElseIsLeftToTheDecoder() throws {
        #expect(try read(message([1, 2]), as: [Double].self) == nil)
        #expect(try read(message(["a"]), as: [String].self) == nil)
        #expect(try read(message(1), as: Int.self) == nil)
        #expect(try read(message([1]), as: [Int?].self) == nil)
    }

    @Test func impossibleMessagesAreNoArrays() throws {
        let good = try message([Int16](0..<100))
        #expect(read(good, as: [Int16].self) == [Int16](0..<100))
        for length in 0..<good.count { #expect(read(Array(good[..<length]), as: [Int16].self) == nil) }
        #expect(read(good + [0], as: [Int16].self) == nil)
        // Another number of elements than there are, the largest of all among them.
        for count in [0, 99, 101, UInt64.max / 2, .max] {
            var bad = good
            withUnsafeBytes(of: count) { bad.replaceSubrange(2..<10, with: $0) }
            #expect(read(bad, as: [Int16].self) == nil)
        }
        var neither = try message([true, false])
        neither[neither.count - 1] = 2
        #expect(read(neither, as: [Bool].self) == nil)
    }

    /// Several are made at once where many of one length are expected.
    @Test func oneLengthOrMany() throws {
        var reader = PlainArrayReader<[Int32]>()
        let lengths =
            Array(repeating: 40_000, count: 50) + [0, 5, 40_000, 39_999] + (0..<30).map { $0 * 3000 }
        for (index, length) in lengths.enumerated() {
            let array = [Int32](repeating: Int32(index), count: length)
            let message = try message(array)
            let found = message.withUnsafeBytes { reader.read($0, expecting: lengths.count - index - 1) }
            #expect(found == array)
        }
    }
}
