import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct TimeWatchTests {
    @Test func aLookThatComesEarlierServesALaterMoment() {
        var watch = TimeWatch()
        let moments: [UInt64] = [50, 60, 50, 40, 45]
        var needs: [Bool] = []
        for moment in moments { needs.append(watch.needsLook(at: Deadline(nanoseconds: moment))) }
        #expect(needs == [true, false, false, true, false])
        watch.looked(at: Deadline(nanoseconds: 40))
        // The look that was arranged first still comes.
        let isNeededLater = watch.needsLook(at: Deadline(nanoseconds: 55))
        #expect(!isNeededLater)
        let isNeeded = watch.needsLook(at: Deadline(nanoseconds: 45))
        #expect(isNeeded)
    }

    /// Limits of any lengths, tasks of any number: each is looked at in time, by few looks.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyLimitIsKeptByFewLooks(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var watch = TimeWatch()
        var (now, wanted): (UInt64, [UInt64]) = (0, [])
        for _ in 0..<5000 {
            now += UInt64.random(in: 0..<20, using: &random)
            while let look = watch.looks.last, look.nanoseconds <= now {
                watch.looked(at: look)
                #expect(wanted.allSatisfy { $0 >= look.nanoseconds })
                wanted.removeAll { $0 <= now }
                if let next = wanted.min() { _ = watch.needsLook(at: Deadline(nanoseconds: next)) }
            }
            let moment = now + (1 << UInt64.random(in: 1..<20, using: &random))
            _ = watch.needsLook(at: Deadline(nanoseconds: moment))
            wanted.append(moment)
            #expect(watch.looks.count <= 40)
            #expect(zip(watch.looks, watch.looks.dropFirst()).allSatisfy { $0 > $1 })
        }
    }
}
