import Dispatch
import MultiprocessingCore
import Synchronization
import Testing

/// Work that one thread does for all who ask for it.
@Suite(.timeLimit(.minutes(10))) struct SharedErrandTests {
    private final class Shop: Sendable {
        let errand = SharedErrand(0)
        let asked = Atomic<Int>(0)
        let runs = Atomic<Int>(0)

        /// Asks, so that whoever works from now on sees it.
        func ask() {
            asked.wrappingAdd(1, ordering: .sequentiallyConsistent)
            errand.run { $0 = asked.load(ordering: .sequentiallyConsistent) }
        }
    }

    @Test func noRequestIsLost() async throws {
        let shop = Shop()
        let done = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<4 {
            try OSThread.start(named: "test-errand") {
                for _ in 0..<20_000 { shop.ask() }
                done.continuation.yield()
            }
        }
        var ended = 0
        for await _ in done.stream {
            ended += 1
            if ended == 4 { break }
        }
        #expect(shop.errand.withState { $0 } == 80_000)
    }

    @Test func nobodyWaitsForWhoIsAtIt() async throws {
        let shop = Shop()
        let (begun, goOn) = (AsyncStream.makeStream(of: Void.self), DispatchSemaphore(value: 0))
        let ended = AsyncStream.makeStream(of: Void.self)
        try OSThread.start(named: "test-errand") {
            shop.errand.run { _ in
                guard shop.runs.wrappingAdd(1, ordering: .relaxed).newValue == 1 else { return }
                begun.continuation.yield()
                goOn.wait()
            }
            ended.continuation.yield()
        }
        for await _ in begun.stream { break }
        // This would never return if it waited.
        shop.errand.run { _ in Issue.record("two were at it") }
        #expect(shop.runs.load(ordering: .relaxed) == 1)
        goOn.signal()
        for await _ in ended.stream { break }
        // It was done once more, for whoever asked meanwhile.
        #expect(shop.runs.load(ordering: .relaxed) == 2)
    }
}
