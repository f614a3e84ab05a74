import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Workers are killed at random moments while streams run under `.retry`: every value comes, and comes once.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct RetryCampaignTests {
    private static var configuration: ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = .retry(max: 1000)
        // The killer is innocent items' bad luck, and no quarantine is to hide a lost one.
        configuration.quarantineLimit = 1000
        return configuration
    }

    @Test("FWK-02 FWK-03: every value exactly once, in order or not", arguments: [1, 7, 100], [true, false])
    func everyValueComesOnce(chunkSize: Int, isOrdered: Bool) async throws {
        var generator = SplitMix64(state: UInt64(chunkSize) * 2 + (isOrdered ? 1 : 0))
        let most = KillCampaignTests.kills / 2
        // With single items every third costs a worker anyway.
        let spread: UInt64 = chunkSize == 1 ? 8 : 30
        let items = most * Int(spread + 10)
        let begin = ContinuousClock.now
        try await withProcessPool(workers: 2, configuration: Self.configuration, maxTasksPerChild: 3) {
            pool async throws in
            let body: @concurrent @Sendable (Int) async throws -> [Int] = { item in
                usleep(UInt32(item % 7) * 100)
                return [item, Int(getpid())]
            }
            var kills = 0
            var values: [Int] = []
            let results =
                isOrdered
                ? pool.imap(0..<items, chunkSize: chunkSize, body)
                : pool.imapUnordered(0..<items, chunkSize: chunkSize, body)
            for try await result in results {
                values.append(result[0])
                guard kills < most, generator.next() % spread == 0 else { continue }
                kill(pid_t(result[1]), SIGKILL)
                kills += 1
            }
            print(
                "chunks of \(chunkSize), \(isOrdered ? "ordered" : "unordered"): \(kills) kills, \(items) items, \(ContinuousClock.now - begin)"
            )
            #expect(kills > 0)
            #expect((isOrdered ? values : values.sorted()) == Array(0..<items))
        }
    }

    @Test("FWK-01 FWK-03: every value of a map exactly once", arguments: [1, 7, 100])
    func everyValueOfAMapComesOnce(chunkSize: Int) async throws {
        var generator = SplitMix64(state: UInt64(chunkSize))
        let most = KillCampaignTests.kills / 2
        var (kills, deaths, rounds, last) = (0, 0, 0, 0)
        // Who began an item last: one that has begun nothing is not killed, or the pool would take it for broken.
        let latest = try SharedAtomic(0)
        let begin = ContinuousClock.now
        try await withProcessPool(workers: 2, configuration: Self.configuration, maxTasksPerChild: 3) {
            pool async throws in
            while kills < most {
                rounds += 1
                let job = try pool.mapAsync(0..<600, chunkSize: chunkSize) { item in
                    latest.store(Int(getpid()))
                    usleep(UInt32(item % 7) * 100)
                    return item
                }
                while !job.isReady, kills < most {
                    try await Task.sleep(for: .microseconds(Int64(generator.next() % 4000)))
                    let victim = latest.load()
                    guard victim > 0, victim != last, kill(pid_t(victim), SIGKILL) == 0 else { continue }
                    last = victim
                    kills += 1
                }
                #expect(try await job.value == Array(0..<600), "round \(rounds)")
            }
            deaths = pool.metrics.workerEnds[.died] ?? 0
        }
        #expect(deaths > 0)
        print(
            "map in chunks of \(chunkSize): \(kills) kills, \(deaths) deaths in \(rounds) maps of 600 items, "
                + "\(ContinuousClock.now - begin)")
    }

    @Test("FWK-08: all workers killed at once, again and again")
    func massKills() async throws {
        try await withProcessPool(workers: 3, configuration: Self.configuration) { pool async throws in
            for round in 0..<max(20, KillCampaignTests.kills / 10) {
                let job = try pool.mapAsync(0..<60, chunkSize: 2) { item in
                    usleep(200)
                    return item
                }
                try await pool.warmUp()
                for worker in pool.workerStatuses { kill(worker.processID, SIGKILL) }
                #expect(try await job.value == Array(0..<60), "round \(round)")
            }
        }
    }

    @Test(
        "FWK-05: a worker that is killed at any moment of its work loses and doubles nothing",
        arguments: 0..<40
    )
    func killedAtAnyMoment(moment: Int) async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration) { pool async throws in
            let victim = try await pool.apply { getpid() }
            let job = try pool.mapAsync(0..<200, chunkSize: 3) { item in [item, Int(getpid())] }
            usleep(UInt32(moment * moment))
            kill(victim, SIGKILL)
            #expect(try await job.value.map { $0[0] } == Array(0..<200))
        }
    }
}
