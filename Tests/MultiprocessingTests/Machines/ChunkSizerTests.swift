import TestSupport
import Testing

@testable import Multiprocessing

@Suite(.computes) struct ChunkSizerTests {
    /// Plays a call with workers that take `cost` for some items, and for each chunk `dispatch` besides.
    ///
    /// - Returns: the time until the last worker is done, and the sizes of the chunks.
    private func play(
        items: Int, workers: Int, dispatch: Double, most: Int = 8192, fixed: Int? = nil,
        _ cost: (Range<Int>) -> Double
    ) -> (time: Double, sizes: [Int]) {
        var sizer = ChunkSizer(workers: workers, most: most)
        var ends = Array(repeating: 0.0, count: workers)
        var (position, sizes) = (0, [Int]())
        while position < items {
            let size = min(fixed ?? sizer.next(of: items - position), items - position)
            let worker = ends.indices.min { ends[$0] < ends[$1] } ?? 0
            let work = cost(position..<(position + size))
            ends[worker] += work + dispatch
            sizer.took(UInt64(work), items: size)
            sizes.append(size)
            position += size
        }
        return (ends.max() ?? 0, sizes)
    }

    /// The best of all fixed sizes.
    private func best(
        items: Int, workers: Int, dispatch: Double, _ cost: (Range<Int>) -> Double
    ) -> Double {
        let sizes = [1, 2, 4, 8, 16, 64, 256, 1024, 4096, 8192]
        return sizes.map {
            play(items: items, workers: workers, dispatch: dispatch, fixed: $0, cost).time
        }.min() ?? 0
    }

    @Test(arguments: [1, 2, 8])
    func aMillionTinyItemsAreNearlyAsFastAsWithTheBestSize(workers: Int) {
        let cost: (Range<Int>) -> Double = { 50 * Double($0.count) }
        let played = play(items: 1_000_000, workers: workers, dispatch: 5000, cost)
        #expect(played.time < 1.2 * best(items: 1_000_000, workers: workers, dispatch: 5000, cost))
        #expect(played.sizes.reduce(0, +) == 1_000_000)
    }

    @Test(arguments: [1, 2, 8])
    func aFewHeavyItemsAreNearlyAsFastAsWithTheBestSize(workers: Int) {
        let cost: (Range<Int>) -> Double = { 10_000_000 * Double($0.count) }
        let played = play(items: 64, workers: workers, dispatch: 5000, cost)
        #expect(played.time < 1.2 * best(items: 64, workers: workers, dispatch: 5000, cost))
        #expect(played.sizes.allSatisfy { $0 == 1 })
    }

    @Test func itemsThatGrowHeavyAreCutSmallAgain() {
        let cost: (Range<Int>) -> Double = { items in
            let light = items.clamped(to: 0..<90_000).count
            return 100 * Double(light) + 1_000_000 * Double(items.count - light)
        }
        let played = play(items: 90_200, workers: 2, dispatch: 5000, cost)
        #expect(played.sizes.suffix(20).allSatisfy { $0 <= 4 })
    }

    @Test func nothingIsKnownBeforeTheFirstChunkIsDone() {
        let sizer = ChunkSizer(workers: 4, most: 100)
        #expect(sizer.next(of: 1_000_000) == 1)
        #expect(sizer.next(of: 0) == 0)
    }

    @Test func noSizeIsBeyondItsBounds() {
        var generator = SplitMix64(state: 7)
        for _ in 0..<200 {
            let most = Int.random(in: 1...10_000, using: &generator)
            var sizer = ChunkSizer(workers: Int.random(in: 1...64, using: &generator), most: most)
            var largest = 1
            for _ in 0..<50 {
                let left = Int.random(in: 1...1_000_000, using: &generator)
                let size = sizer.next(of: left)
                #expect(size >= 1 && size <= min(most, left) && size <= largest * ChunkSizer.growth)
                largest = max(largest, size)
                sizer.took(generator.next() >> UInt64.random(in: 0...63, using: &generator), items: size)
            }
        }
    }

    /// The times come from workers, who may write anything.
    @Test(arguments: [UInt64.max, 1 << 63, 1, 0])
    func impossibleTimesDoNotTrap(time: UInt64) {
        var sizer = ChunkSizer(workers: 2, most: 1000)
        sizer.took(time, items: 1)
        sizer.took(time, items: 1 << 30)
        sizer.took(time, items: 0)
        #expect((1...1000).contains(sizer.next(of: 5000)))
    }
}
