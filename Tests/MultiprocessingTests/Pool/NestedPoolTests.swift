import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct NestedPoolTests {
    @Test(
        "PNE-02: outer tasks with inner pools end before the inner workers' idle timeouts",
        arguments: everyContext)
    func outerTasksWithInnerPoolsEnd(_ context: ProcessContext) async throws {
        try await withProcessPool(workers: 2, context: context) { pool async throws in
            let sums = try await pool.map([10, 20], chunkSize: 1) { count in
                var configuration = ProcessPool.Configuration()
                configuration.minWorkers = 0
                configuration.idleTimeout = .seconds(1000)
                return try await withProcessPool(workers: 2, configuration: configuration) { inner in
                    try await inner.map(0..<count) { $0 }.reduce(0, +)
                }
            }
            #expect(sums == [45, 190])
        }
    }

    @Test("PNE-03: a worker may start a process, another pool, and a pool of its own kind")
    func aWorkerMayHaveChildrenAndPools() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let status = try await pool.apply { () -> Int in
                let child = ChildProcess { exit(3) }
                try await child.start()
                return Int(try await child.join() == .exited(3) ? 3 : 0)
            }
            #expect(status == 3)
            let pids = try await pool.apply { () -> [Int32] in
                try await withProcessPool(workers: 1) { inner in
                    let below = try await inner.apply { () -> [Int32] in
                        let last = try await withProcessPool(workers: 1, backend: .threads) { threads in
                            try await threads.apply { getpid() }
                        }
                        return [getpid(), last]
                    }
                    return [getpid()] + below
                }
            }
            #expect(Set(pids).count == 2 && pids[1] == pids[2] && !pids.contains(getpid()))
        }
    }

    @Test("PNE-04: an error in a grandchild arrives, and nothing else is printed")
    func anErrorOfAGrandchildIsAllThatComes() async throws {
        var options = StartOptions()
        options.standardError = .captured
        let child = ChildProcess(options: options) {
            do {
                try await withProcessPool(workers: 1) { pool in
                    try await pool.apply {
                        try await withProcessPool(workers: 1) { inner in
                            _ = try await inner.apply(1, 0) { try divide($0, by: $1) }
                        }
                    }
                }
            } catch is DivisionByZero {
                exit(7)
            }
        }
        try await child.start()
        var lines: [String] = []
        for try await line in child.standardErrorLines { lines.append(line) }
        #expect(try await child.join() == .exited(7))
        #expect(lines == [])
    }

    @Test func aTaskThatMakesPoolsOfItsOwnKindEndsAtTheLimit() async throws {
        for backend in [ProcessPool.Backend.processes, .threads] {
            let error = await #expect(throws: MultiprocessingError.self) {
                try await descend(isThreaded: backend == .threads)
            }
            #expect(error?.code == .nestingTooDeep)
        }
    }

    @Test("pools that share a budget never run more tasks at once than it has slots")
    func aBudgetHoldsForAllItsPools() async throws {
        let budget = try ConcurrencyBudget(slots: 2)
        var configuration = ProcessPool.Configuration()
        configuration.budget = budget
        let running = try SharedAtomic(0)
        let most = try SharedAtomic(0)
        let (first, second) = (
            try ProcessPool(workers: 3, configuration: configuration),
            try ProcessPool(workers: 3, backend: .threads, configuration: configuration)
        )
        let jobs = try (0..<30).map { number in
            try (number % 2 == 0 ? first : second).applyAsync(running, most) { running, most in
                let now = running.add(1)
                for _ in 0..<20 {
                    sched_yield()
                    let seen = max(running.load(), now)
                    if seen > most.load() { most.store(seen) }
                }
                running.add(-1)
            }
        }
        for job in jobs { try await job.value }
        #expect((1...2).contains(most.load()))
        await first.shutdown()
        await second.shutdown()
        #expect(budget.free == 2)
    }

    @Test func aDeadWorkersSlotComesBack() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.budget = try ConcurrencyBudget(slots: 1)
        try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
            for number in 0..<3 {
                _ = try? await pool.apply { killMyself() }
                #expect(try await pool.apply(number) { $0 } == number)
            }
        }
    }

    @Test func aTasksOwnPoolNeedsAnotherBudget() async throws {
        let budget = try ConcurrencyBudget(slots: 1)
        for backend in [ProcessPool.Backend.processes, .threads] {
            var configuration = ProcessPool.Configuration()
            configuration.budget = budget
            try await withProcessPool(workers: 1, backend: backend, configuration: configuration) {
                pool async throws in
                let error = await #expect(throws: MultiprocessingError.self) {
                    try await pool.apply(budget) { budget in
                        var configuration = ProcessPool.Configuration()
                        configuration.budget = budget
                        _ = try ProcessPool(workers: 1, configuration: configuration)
                    }
                }
                #expect(error?.code == .invalidArgument)
            }
        }
        #expect(throws: MultiprocessingError.self) { try ConcurrencyBudget(slots: 0) }
    }
}

/// Makes a pool whose task makes a pool, and so on.
private func descend(isThreaded: Bool) async throws {
    try await withProcessPool(workers: 1, backend: isThreaded ? .threads : .processes) { pool in
        try await pool.apply(isThreaded) { try await descend(isThreaded: $0) }
    }
}
