import Testing

@testable import Multiprocessing

@Suite struct RunningChunkTests {
    @Test func aCancellationFindsWhatRuns() {
        var running = RunningChunk<String>()
        let cancelledBefore = running.begin(7, "seven")
        #expect(!cancelledBefore)
        #expect(running.cancel(7) == "seven")
        running.end()
        #expect(running.cancel(7) == nil)
    }

    @Test func aCancellationThatIsEarlyCounts() {
        var running = RunningChunk<String>()
        _ = running.begin(1, "one")
        #expect(running.cancel(2) == nil)
        running.end()
        let isCancelled = running.begin(2, "two")
        #expect(isCancelled)
        running.end()
        // Once.
        let again = running.begin(2, "two")
        #expect(!again)
    }

    @Test func onlyTheLatestAreKept() {
        var running = RunningChunk<String>()
        for chunk in 1...100 as ClosedRange<UInt64> { #expect(running.cancel(chunk) == nil) }
        let first = running.begin(1, "")
        let last = running.begin(100, "")
        #expect(!first && last)
    }
}
