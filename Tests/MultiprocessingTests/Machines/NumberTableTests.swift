import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct NumberTableTests {
    @Test func anEmptyOneHasNothing() {
        var table = NumberTable<String>()
        #expect(table.isEmpty && table.count == 0 && table.keys == [])
        #expect(table[7] == nil)
        let removed = table.removeValue(forKey: 7)
        #expect(removed == nil)
        table[7] = nil
        #expect(table.isEmpty)
    }

    @Test func valuesChangeInTheirPlace() {
        var table = NumberTable<[Int]>()
        table[1] = [1]
        table[1]?.append(2)
        table[2]?.append(3)
        #expect(table[1] == [1, 2] && table[2] == nil && table.count == 1)
        table[1] = nil
        #expect(table.isEmpty)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func itDoesWhatADictionaryDoes(seed: UInt64) {
        var generator = SplitMix64(state: seed)
        var table = NumberTable<Int>()
        var model: [UInt64: Int] = [:]
        var newest: UInt64 = 0
        for step in 0..<30_000 {
            // Numbers come in a row, and most go in their order; it grows and shrinks many times.
            let isGrowing = step / 3000 % 2 == 0
            if generator.next() % 100 < (isGrowing ? 70 : 30) {
                newest += generator.next() % 8 == 0 ? 1 + generator.next() % 5000 : 1
                table[newest] = step
                model[newest] = step
            } else if let number = model.keys.randomElement(using: &generator) {
                switch generator.next() % 3 {
                case 0:
                    let removed = table.removeValue(forKey: number)
                    let expected = model.removeValue(forKey: number)
                    #expect(removed == expected)
                case 1: (table[number], model[number]) = (nil, nil)
                default:
                    table[number]? += 1
                    model[number]? += 1
                }
            }
            let asked = generator.next() % (newest + 2)
            #expect(table[asked] == model[asked])
            #expect(table.count == model.count)
            guard step % 1000 == 0 else { continue }
            #expect(table.keys.sorted() == model.keys.sorted())
            #expect(model.allSatisfy { table[$0.key] == $0.value })
        }
    }
}
