import Foundation
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite(.computes) struct SlotTableTests {
    private func mapping(_ values: [SlotValue], room: Int = 0) throws -> (SharedMapping, Int) {
        let layout = SlotLayout(values.map(\.bytes.count), atLeast: room)
        let mapping = try SharedMapping(
            SharedMapping.makeFile(named: "test", count: layout.size), offset: 0, count: layout.size)
        MemoryRegion(mapping, count: layout.size).withMutableBytes { layout.write(values, to: &$0) }
        return (mapping, layout.size)
    }

    @Test func valuesComeBack() throws {
        let values = [SlotValue(.null, []), SlotValue(.string, [1, 2, 3]), SlotValue(.int, 7)]
        let (mapping, size) = try mapping(values)
        let table = try #require(SlotTable(mapping, count: size))
        #expect((0..<3).map(table.read) == values)
        table.write(SlotValue(.bytes, [9]), at: 1)
        #expect(table.read(1) == SlotValue(.bytes, [9]))
        #expect(table.read(2).number == 7)
    }

    @Test("a table whose places lie anywhere else is refused, and values of any bytes are read without harm")
    func damaged() throws {
        var random = SplitMix64(state: 7)
        let values = [SlotValue(.string, [1, 2, 3]), SlotValue(.int, 7)]
        for round in 0..<2000 {
            let (mapping, size) = try mapping(values)
            let region = MemoryRegion(mapping, count: size)
            let position = Int.random(in: 0..<(round % 2 == 0 ? 48 : size), using: &random)
            region.store(UInt8.random(in: 0...255, using: &random), at: position)
            guard let table = SlotTable(mapping, count: size) else { continue }
            for index in 0..<table.count {
                // A guard that seems to be held is not waited for.
                if round % 2 == 0 { #expect(table.read(index).bytes.count <= table.room(of: index)) }
            }
        }
    }

    @Test("values are never torn: readers see one that was written")
    func tornReads() async throws {
        let (mapping, size) = try mapping([SlotValue(.bytes, [UInt8](repeating: 0, count: 256))])
        let table = try #require(SlotTable(mapping, count: size))
        let isDone = Gate()
        async let writing: Void = Task.detached {
            for round in 0..<20_000 {
                table.write(
                    SlotValue(.bytes, [UInt8](repeating: UInt8(round % 256), count: 1 + round % 256)), at: 0)
            }
            isDone.open()
        }.value
        while !isDone.isOpen {
            let bytes = table.read(0).bytes
            #expect(Set(bytes).count == 1)
        }
        await writing
    }
}
