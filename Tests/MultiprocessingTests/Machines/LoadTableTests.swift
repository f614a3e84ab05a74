import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct LoadTableTests {
    @Test func ofSeveralWithTheSameLoadTheLastChangedIsTaken() {
        var table = LoadTable(seats: 3, maximum: 4)
        #expect(table.least(below: 4) == nil)
        for seat in 0..<3 { table.set(seat, to: 0) }
        #expect(table.least(below: 1) == 2)
        table.set(0, to: 1)
        table.set(0, to: 0)
        #expect(table.least(below: 1) == 0)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func itFindsWhatALookAtAllWouldFind(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let (seats, maximum) = (13, 6)
        var table = LoadTable(seats: seats, maximum: maximum)
        var model = [Int?](repeating: nil, count: seats)
        for _ in 0..<10_000 {
            let seat = Int.random(in: 0..<seats, using: &generator)
            let load = generator.next() % 5 == 0 ? nil : Int.random(in: 0...maximum, using: &generator)
            table.set(seat, to: load)
            model[seat] = load
            for seat in 0..<seats { try #require(table.load(of: seat) == model[seat]) }
            let limit = Int.random(in: 0...maximum, using: &generator)
            let loads = model.compactMap { $0 }
            try #require(table.least(below: limit).flatMap { model[$0] } == loads.filter { $0 < limit }.min())
            try #require(
                table.most(atLeast: limit).flatMap { model[$0] } == loads.filter { $0 >= limit }.max())
        }
    }
}
