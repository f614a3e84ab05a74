import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct VigilTests {
    // What changes a value cannot stand inside an expectation.
    private static func rang(_ vigil: inout Vigil) -> Vigil.Duty { vigil.rang() }
    private static func watchEnded(_ vigil: inout Vigil) -> Bool { vigil.watchEnded() }
    private static func beginsTicking(_ vigil: inout Vigil) -> Bool { vigil.beginsTicking() }
    private static func ticked(_ vigil: inout Vigil) -> Bool { vigil.ticked() }

    @Test func withoutAnybodyAWorkerHasToWakeSomebody() {
        var vigil = Vigil()
        #expect(vigil.needsWaking)
        vigil.lookBegan()
        #expect(!vigil.needsWaking)
        vigil.lookEnded(isVisitor: false)
        #expect(vigil.needsWaking)
        #expect(Self.rang(&vigil) == .look)
    }

    @Test func whoWasWokenLeavesItToVisitorsUntilTheyStayAway() {
        var vigil = Vigil()
        vigil.lookBegan()
        vigil.lookEnded(isVisitor: true)
        #expect(vigil.needsWaking)
        #expect(Self.rang(&vigil) == .rely)
        #expect(!vigil.needsWaking)
        #expect(Self.beginsTicking(&vigil))
        #expect(!Self.beginsTicking(&vigil))
        vigil.visited()
        #expect(Self.ticked(&vigil))
        #expect(!vigil.needsWaking)
        #expect(!Self.ticked(&vigil))
        #expect(vigil.needsWaking)
        #expect(Self.rang(&vigil) == .look)
    }

    @Test func aVisitorThatComesWhileSomebodyWatchesTakesOver() {
        var vigil = Vigil()
        #expect(Self.rang(&vigil) == .look)
        #expect(!vigil.hasOthers)
        vigil.lookBegan()
        #expect(vigil.hasOthers)
        vigil.lookEnded(isVisitor: true)
        #expect(vigil.hasOthers)
        #expect(Self.watchEnded(&vigil))
        #expect(!vigil.needsWaking)
    }

    @Test func aWatchWithoutVisitorsEndsInSleep() {
        var vigil = Vigil()
        #expect(Self.rang(&vigil) == .look)
        #expect(!Self.watchEnded(&vigil))
        #expect(vigil.needsWaking)
    }

    @Test func whoSleepsIsNotLeftToVisitors() {
        var vigil = Vigil()
        vigil.visited()
        #expect(Self.rang(&vigil) == .rely)
        vigil.sleepBegan()
        #expect(vigil.needsWaking)
        vigil.visited()
        #expect(!Self.ticked(&vigil))
        #expect(Self.rang(&vigil) == .look)
        vigil.visited()
        #expect(!vigil.hasOthers)
        #expect(!Self.watchEnded(&vigil))
        vigil.sleepEnded()
        vigil.visited()
        #expect(Self.rang(&vigil) == .rely)
    }

    /// Whatever happens: as long as somebody sleeps, a worker that writes wakes somebody, or somebody looks.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func noSleeperIsForgotten(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        var vigil = Vigil()
        var (lookers, sleepers) = (0, 0)
        var (isWatching, isTicking) = (false, false)
        for _ in 0..<20_000 {
            switch generator.next() % 7 {
            case 0:
                vigil.lookBegan()
                lookers += 1
            case 1 where lookers > 0:
                vigil.lookEnded(isVisitor: generator.next() % 2 == 0)
                lookers -= 1
            case 2: vigil.visited()
            case 3:
                vigil.sleepBegan()
                sleepers += 1
            case 4 where sleepers > 0:
                vigil.sleepEnded()
                sleepers -= 1
            case 5 where !isWatching && vigil.needsWaking:
                if vigil.rang() == .look { isWatching = true } else { isTicking = true }
                if isTicking { _ = vigil.beginsTicking() }
            case 5 where isWatching:
                isWatching = false
                if vigil.watchEnded() { isTicking = vigil.beginsTicking() || isTicking }
            case 6 where isTicking:
                isTicking = vigil.ticked()
            default: break
            }
            let isLookedFor = lookers > 0 || isWatching
            if sleepers > 0 { try #require(vigil.needsWaking != isLookedFor) }
            // What is left to visitors is looked at again.
            if !vigil.needsWaking, !isLookedFor { try #require(isTicking) }
        }
    }
}
