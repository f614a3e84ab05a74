import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What a pool does when a worker dies, by its policy.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct WorkerDeathTests {
    private static func configuration(_ policy: WorkerDeathPolicy) -> ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = policy
        return configuration
    }

    @Test(
        "FWK-07: a death costs the running item only; the error says who, how, what, how long and how large")
    func theErrorTellsEverything() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try await pool.apply { getpid() }
            let behind = try pool.applyAsync { 5 }
            let error = await #expect(throws: WorkerDiedError.self) { try await pool.apply { killMyself() } }
            #expect(try await behind.value == 5)
            #expect(error?.processID == first)
            #expect(error?.workerName.hasPrefix("PoolWorker-") == true)
            #expect(error?.status.signalName == "SIGKILL")
            #expect(error?.runTime ?? .zero > .zero)
            #expect(error?.peakMemory ?? 0 > 1 << 20)
            #expect(error?.attempts == 1)
            #expect(error?.isQuarantined == false)
            let text = error?.description ?? ""
            for part in ["PoolWorker-", "\(first)", "SIGKILL", "item 0 of apply", "KiB"] {
                #expect(text.contains(part), "\(text)")
            }
            #expect(try await pool.apply { 6 } == 6)
        }
    }

    @Test("PCR-30: a pool of one worker whose idle worker is killed runs the next task on a new one")
    func anIdleWorkerIsReplaced() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var seen: Set<Int32> = []
            for _ in 0..<4 {
                let worker = try await pool.apply { getpid() }
                #expect(seen.insert(worker).inserted)
                kill(worker, SIGKILL)
            }
        }
    }

    @Test("PCR-19: a result that was delivered before the crash is kept")
    func aResultOutlivesItsWorker() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let gate = FileGate()
            defer { gate.remove() }
            let value = try await pool.apply(gate) { gate in
                Task.detached {
                    gate.pass()
                    kill(getpid(), SIGKILL)
                }
                return getpid()
            }
            gate.open()
            while processExists(value) { await Task.yield() }
            #expect(try await pool.apply { getpid() } != value)
        }
    }

    // MARK: Retry

    @Test(
        "FWK-02: under .retry an item that lost its worker runs again and comes out once",
        arguments: everyContext)
    func aLostItemRunsAgain(context: ProcessContext) async throws {
        let runs = try SharedValue(0)
        try await withProcessPool(
            workers: 2, context: context, configuration: Self.configuration(.retry(max: 2))
        ) {
            pool async throws in
            let value = try await pool.apply(runs) { runs in
                let run = try await runs.withLock { value in
                    value += 1
                    return value
                }
                return run < 3 ? killMyself() : run
            }
            #expect(value == 3)
        }
    }

    @Test(arguments: [(1, 2, false), (2, 3, true), (100, 3, true)])
    func anItemThatKillsAndKillsIsGivenUp(max: Int, attempts: Int, isQuarantined: Bool) async throws {
        let runs = try SharedValue(0)
        try await withProcessPool(workers: 2, configuration: Self.configuration(.retry(max: max))) {
            pool async throws in
            let error = await #expect(throws: WorkerDiedError.self) {
                try await pool.apply(runs) { runs in
                    try await runs.withLock { $0 += 1 }
                    return killMyself()
                }
            }
            #expect(error?.attempts == attempts)
            #expect(error?.isQuarantined == isQuarantined)
            #expect(error?.description.contains("quarantine") == isQuarantined)
            #expect(try await runs.withLock { $0 } == attempts)
            #expect(try await pool.apply { 1 } == 1)
        }
    }

    @Test("FWK-02: one poison item among a thousand", arguments: [1, 7, 100])
    func onePoisonItem(chunkSize: Int) async throws {
        try await withProcessPool(workers: 2, configuration: Self.configuration(.retry(max: 9))) {
            pool async throws in
            var results = pool.imap(0..<1000, chunkSize: chunkSize, { $0 == 613 ? killMyself() : $0 })
                .makeAsyncIterator()
            var values: [Int] = []
            var lost: [WorkerDiedError] = []
            while true {
                do {
                    guard let value = try await results.next() else { break }
                    values.append(value)
                } catch let error as WorkerDiedError {
                    lost.append(error)
                }
            }
            #expect(values == (0..<1000).filter { $0 != 613 })
            #expect(lost.map(\.item) == [613])
            #expect(lost.first?.isQuarantined == true)
            #expect(lost.first?.attempts == 3)
        }
    }

    @Test func whatThePoolItselfEndsIsNotRunAgain() async throws {
        let runs = try SharedValue(0)
        try await withProcessPool(workers: 1, configuration: Self.configuration(.retry(max: 5))) {
            pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(runs, timeout: .milliseconds(50)) { runs in
                    try await runs.withLock { $0 += 1 }
                    while true { pause() }
                }
            }
            #expect(error?.code == .timeout)
            #expect(try await runs.withLock { $0 } == 1)
        }
    }

    // MARK: Breaking

    @Test("PCR-03 PCR-16: under .breakPool everything that waits fails, and a new pool works")
    func thePoolBreaks() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let pool = try ProcessPool(workers: 2, configuration: Self.configuration(.breakPool))
        let doomed = try pool.applyAsync(gate) { gate -> Int in
            gate.pass()
            return unsafe UnsafePointer<Int>(bitPattern: 8)?.pointee ?? 0
        }
        let waiting = try (0..<40).map { number in
            try pool.applyAsync(gate, number) { gate, number -> Int in
                gate.pass()
                while true { pause() }
            }
        }
        gate.open()
        let error = await #expect(throws: WorkerDiedError.self) { try await doomed.value }
        #expect(error?.status == .signaled(SIGSEGV))
        var broken = 0
        for job in waiting {
            do {
                _ = try await job.value
                Issue.record("a task of a broken pool has a value")
            } catch let error as MultiprocessingError {
                #expect(error.code == .poolBroken)
                broken += 1
            } catch is WorkerDiedError {
                // It ran on the worker that was ended with the pool.
            }
        }
        #expect(broken >= 38)
        let refusal = #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
        #expect(refusal?.code == .poolBroken)
        #expect(refusal?.description.contains("SIGSEGV") == true)
        try await pool.join()
        #expect(try await withProcessPool(workers: 2) { try await $0.apply { 7 } } == 7)
    }

    @Test("FWK-09 FUT-18: workers that die at their beginning break the pool with a reason")
    func aStormOfReplacementsIsStopped() async throws {
        let starts = try SharedValue(0)
        let pool = try ProcessPool(
            workers: 2,
            initializer: {
                try await starts.withLock { $0 += 1 }
                exit(9)
            })
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.apply { 1 } }
        #expect(error?.code == .poolBroken)
        #expect(error?.description.contains("exited with code 9") == true, "\(error?.description ?? "")")
        try await pool.join()
        // Two at a time: the fifth end may find a sixth worker and a seventh.
        #expect((5...8).contains(try await starts.withLock { $0 }))
    }
}
