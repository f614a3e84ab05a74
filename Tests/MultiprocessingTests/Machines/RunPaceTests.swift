import Testing

@testable import Multiprocessing

@Suite struct RunPaceTests {
    @Test func whatTakesLongIsHandedOverItemByItem() {
        var pace = RunPace(now: 1000)
        var now: UInt64 = 1000
        for _ in 0..<10 {
            #expect(pace.stride == 1)
            now += 1_000_000
            let isDue = pace.looks(at: now)
            #expect(isDue)
        }
    }

    @Test func quickItemsGoTogetherButNotForLong() {
        var pace = RunPace(now: 0)
        var (now, items, handovers, looks) = (UInt64(0), 0, 0, 0)
        while items < 100_000 {
            // Fifty nanoseconds for each item.
            now += UInt64(pace.stride) * 50
            items += pace.stride
            looks += 1
            if pace.looks(at: now) { handovers += 1 }
        }
        #expect(looks < 400)
        #expect(handovers >= 10)
        #expect(handovers <= Int(now / RunPace.patience) + 1)
    }

    @Test func aSlowStretchMakesTheNextOneShort() {
        var pace = RunPace(now: 0)
        for look in 1...20 { _ = pace.looks(at: UInt64(look)) }
        #expect(pace.stride == 1024)
        let isDue = pace.looks(at: 20 + 1024 * 1_000_000)
        #expect(isDue)
        #expect(pace.stride == 1)
    }

    /// A clock that goes back must not trap.
    @Test func timeThatGoesBackIsNoTime() {
        var pace = RunPace(now: 5000)
        let isDue = pace.looks(at: 10)
        #expect(!isDue)
        #expect(pace.stride == 2)
    }
}
