import Glibc
import TestSupport
import Testing

@testable import Multiprocessing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolEventTests {
    /// A word for each event.
    private func word(_ event: ProcessPool.Event) -> String {
        switch event {
        case .workerStarted: "started"
        case .workerEnded(_, _, let reason, _): "ended: \(reason)"
        case .taskFailed(let task, let error): "failed: \(task): \(type(of: error))"
        case .taskRetried(let task, let count): "retried: \(task), \(count)"
        case .taskQuarantined(let task, let count): "quarantined: \(task), \(count)"
        case .overloaded: "overloaded"
        case .broken: "broken"
        case .ended: "over"
        case .missed(let count): "missed: \(count)"
        }
    }

    private func collect(_ events: ProcessPool.Events) -> Task<[String], Never> {
        Task {
            var words: [String] = []
            for await event in events { words.append(word(event)) }
            return words
        }
    }

    @Test func aPoolTellsOfItsWorkersAndErrors() async throws {
        let pool = try ProcessPool(workers: 1)
        let (first, second) = (pool.events, pool.events)
        let (words, others) = (collect(first), collect(second))
        try await pool.warmUp()
        await #expect(throws: DivisionByZero.self) {
            try await pool.map([1, 0, 2], chunkSize: 3) { try divide(7, by: $0) }
        }
        _ = try? await pool.apply { killMyself() }
        #expect(try await pool.apply { 5 } == 5)
        await pool.shutdown()
        let found = await words.value
        #expect(found.contains("failed: item 1 of map: DivisionByZero"))
        #expect(found.contains("failed: item 0 of apply: WorkerDiedError"))
        #expect(found.contains("ended: died") && found.contains("ended: left"))
        #expect(found.last == "over")
        #expect(await others.value.sorted() == found.sorted())
        // Whoever comes too late is told so at once.
        for await event in pool.events { Issue.record("\(event) after the end") }
    }

    @Test func retriesAndQuarantinesAreTold() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = .retry(max: 10)
        configuration.quarantineLimit = 2
        let pool = try ProcessPool(workers: 1, configuration: configuration)
        let words = collect(pool.events)
        await #expect(throws: WorkerDiedError.self) { try await pool.apply { killMyself() } }
        await pool.shutdown()
        let found = await words.value
        #expect(found.contains("retried: item 0 of apply, 1"))
        #expect(found.contains("quarantined: item 0 of apply, 2"))
    }

    @Test func aBrokenPoolSaysSo() async throws {
        let pool = try ProcessPool(workers: 1, initializer: { throw DivisionByZero(numerator: 1) })
        let words = collect(pool.events)
        await #expect(throws: DivisionByZero.self) { try await pool.warmUp() }
        await #expect(throws: DivisionByZero.self) { try await pool.run() }
        #expect(await words.value.contains("broken"))
    }

    @Test func aReaderThatDoesNotKeepUpIsToldWhatItMissed() async {
        let hub = EventHub()
        #expect(!hub.hasReaders)
        let subscription = EventSubscription(hub)
        #expect(hub.hasReaders)
        let count = EventQueue.limit + 7
        hub.publish((0..<count).map { .overloaded(maxQueued: $0) })
        guard case .missed(7)? = await subscription.queue.next() else {
            Issue.record("nothing was missed")
            return
        }
        guard case .overloaded(7)? = await subscription.queue.next() else {
            Issue.record("the oldest were not left out")
            return
        }
    }

    @Test func aReaderThatIsGoneCostsNothing() async {
        let hub = EventHub()
        var subscription: EventSubscription? = EventSubscription(hub)
        #expect(hub.hasReaders && subscription != nil)
        subscription = nil
        #expect(!hub.hasReaders)
        hub.end()
        let late = EventSubscription(hub)
        #expect(await late.queue.next() == nil)
        #expect(!hub.hasReaders)
    }
}
