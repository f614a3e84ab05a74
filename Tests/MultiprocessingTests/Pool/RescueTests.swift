import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What a worker had done before it died, and could not hand over any more.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct RescueTests {
    private static func configuration(_ policy: WorkerDeathPolicy) -> ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = policy
        return configuration
    }

    /// Items that take no time are collected, and the worker ends before it has handed them over.
    @Test("Values of finished items are delivered, and the items are not run again", arguments: [1, 63, 199])
    func finishedItemsAreDelivered(victim: Int) async throws {
        let runs = try SharedArray(rawRepeating: Int32(0), count: 200)
        try await withProcessPool(workers: 1, configuration: Self.configuration(.failTask)) {
            pool async throws in
            let results = try await pool.mapResults(0..<200, chunkSize: 200) { [runs] item in
                runs[item] += 1
                if item == victim { kill(getpid(), SIGKILL) }
                return item * 3
            }
            #expect(results.count == 200)
            for (item, result) in results.enumerated() {
                switch result {
                case .success(let value): #expect(value == item * 3 && item != victim)
                case .failure(let error as WorkerDiedError): #expect(error.item == victim && item == victim)
                case .failure(let error): Issue.record(error)
                }
            }
        }
        #expect(try runs.copyElements() == Array(repeating: 1, count: 200))
    }

    /// The chunk is handed over in parts; what was handed over is not delivered again.
    @Test func onlyWhatWasNotHandedOverIsRescued() async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration(.failTask)) {
            pool async throws in
            let results = try await pool.mapResults(0..<200, chunkSize: 200) { item in
                // Long enough for what is there to be handed over.
                if item % 50 == 40 { usleep(20_000) }
                if item == 150 { kill(getpid(), SIGKILL) }
                return item * 3
            }
            let values = results.map { try? $0.get() }
            #expect(values == (0..<200).map { $0 == 150 ? nil : $0 * 3 })
        }
    }

    @Test func underRetryOnlyTheItemThatEndedTheWorkerRunsAgain() async throws {
        let runs = try SharedArray(rawRepeating: Int32(0), count: 100)
        let policy = WorkerDeathPolicy.retry(max: 3)
        try await withProcessPool(workers: 1, configuration: Self.configuration(policy)) {
            pool async throws in
            let values = try await pool.map(0..<100, chunkSize: 100) { [runs] item in
                runs[item] += 1
                if item % 40 == 20, runs[item] == 1 { kill(getpid(), SIGKILL) }
                return item
            }
            #expect(values == Array(0..<100))
        }
        #expect(try runs.copyElements() == (0..<100).map { $0 % 40 == 20 ? 2 : 1 })
    }
}
