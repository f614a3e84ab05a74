import Testing

@testable import Multiprocessing

@Suite struct KnownInputsTests {
    /// Everything, pulled out in parts of a size.
    private static func all<Element>(_ inputs: KnownInputs<Element>, by size: Int) -> [Element] {
        stride(from: 0, to: inputs.count, by: size).flatMap { start in
            let part = inputs[start..<min(start + size, inputs.count)]
            // The parts of a call need not begin with 0.
            return part.indices.map { part[$0] }
        }
    }

    @Test(arguments: [1, 3, 100])
    func everyElementComesOnce(size: Int) {
        #expect(Self.all(KnownInputs(5..<12), by: size) == Array(5..<12))
        #expect(Self.all(KnownInputs(-3...3), by: size) == Array(-3...3))
        #expect(Self.all(KnownInputs((Int.max - 2)...Int.max), by: size) == [.max - 2, .max - 1, .max])
        #expect(Self.all(KnownInputs(0..<0), by: size) == [])
        #expect(Self.all(KnownInputs(UInt8(5)..<9), by: size) == [5, 6, 7, 8])
        #expect(Self.all(KnownInputs("words".map(String.init)), by: size) == ["w", "o", "r", "d", "s"])
        #expect(Self.all(KnownInputs((0..<4).lazy.map { -$0 }), by: size) == [0, -1, -2, -3])
    }
}
