import Glibc
import Multiprocessing
import TestSupport
import Testing

/// How many workers a pool has, and how they are replaced.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct WorkerNumbersTests {
    private func processes(_ pool: ProcessPool) -> Set<Int32> { Set(pool.workerStatuses.map(\.processID)) }

    // MARK: Limits of tasks

    @Test("PLT-01: with a limit of tasks everything is right, and the workers change")
    func theTaskLimit() async throws {
        try await withProcessPool(workers: 3, maxTasksPerChild: 10) { pool async throws in
            let results = try await pool.map(0..<100, chunkSize: 1) { [$0, Int(getpid())] }
            #expect(results.map { $0[0] } == Array(0..<100))
            let counts = Dictionary(grouping: results) { $0[1] }.mapValues(\.count)
            #expect(counts.values.allSatisfy { $0 <= 10 })
            #expect(counts.count >= 10)
        }
    }

    @Test("PLT-05: three tasks share a worker, the fourth has another")
    func exactlySoManyTasks() async throws {
        try await withProcessPool(workers: 1, maxTasksPerChild: 3) { pool async throws in
            var pids: [Int32] = []
            for _ in 0..<7 { pids.append(try await pool.apply { getpid() }) }
            #expect(Set(pids[0..<3]).count == 1 && Set(pids[3..<6]).count == 1)
            #expect(Set(pids).count == 3)
        }
    }

    @Test("PLT-13: with a limit of two, four tasks use two workers; a chunk is one task")
    func chunksAreTasks() async throws {
        try await withProcessPool(workers: 1, maxTasksPerChild: 2) { pool async throws in
            let pids = try await pool.map(0..<40, chunkSize: 10) { _ in getpid() }
            #expect(Set(pids).count == 2)
        }
    }

    @Test("PLT-12 PLT-08 PSD-09: limit 1 and a shutdown at once lose nothing", arguments: [2, 3, 4])
    func theLimitAndTheEnd(workers: Int) async throws {
        for _ in 0..<3 {
            let pool = try ProcessPool(workers: workers, maxTasksPerChild: 1)
            let jobs = try (0..<6).map { number in
                try pool.applyAsync(number) { number in
                    if number == 1 { throw DivisionByZero(numerator: number) }
                    return number * 2
                }
            }
            pool.close()
            for (number, job) in jobs.enumerated() where number != 1 {
                #expect(try await job.value == number * 2)
            }
            await #expect(throws: DivisionByZero.self) { try await jobs[1].value }
            try await pool.join()
        }
    }

    @Test("PLT-10: in a forced stop workers that leave are not replaced, and what waits fails")
    func theLimitAndAForcedStop() async throws {
        let pool = try ProcessPool(workers: 2, maxTasksPerChild: 1)
        let jobs = try (0..<20).map { _ in try pool.applyAsync { () -> Int in while true { pause() } } }
        pool.terminate()
        for job in jobs {
            let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
            #expect(error?.code == .poolTerminated)
        }
        try await pool.join()
        #expect(pool.workerStatuses.isEmpty)
    }

    @Test("PLT-03: limits that no worker can have are refused", arguments: [0, -1])
    func limitsThatAreNone(limit: Int) {
        let error = #expect(throws: MultiprocessingError.self) {
            try ProcessPool(workers: 1, maxTasksPerChild: limit)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("\(limit)") == true)
    }

    @Test("PLT-07: a limit of tasks and plain fork are refused")
    func noLimitWithFork() {
        let error = #expect(throws: MultiprocessingError.self) {
            try ProcessPool(workers: 1, context: ProcessContext(.fork), maxTasksPerChild: 2)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("forkserver") == true)
    }

    // MARK: Recycling

    @Test("PLT-14: workers that have grown are replaced, and no task is lost")
    func recyclingByMemory() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.recycling.maxMemory = 120 << 20
        try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
            let sizes = try await pool.map(0..<200, chunkSize: 1) { _ in
                // Leaked, and touched.
                let leak = UnsafeMutableRawPointer.allocate(byteCount: 3 << 20, alignment: 16)
                memset(leak, 1, 3 << 20)
                return [Int(getpid()), ProcessPool.Worker.current?.tasks ?? 0]
            }
            #expect(sizes.count == 200)
            #expect(Set(sizes.map { $0[0] }).count > 2)
            // It works on until its successor is ready, but not for long.
            #expect(sizes.map { $0[1] }.max() ?? 0 < 180)
        }
    }

    @Test func recyclingByAgeAndByCondition() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.recycling.maxAge = .milliseconds(30)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let first = try await pool.apply { getpid() }
            while try await pool.apply({ getpid() }) == first {}
        }
        configuration = ProcessPool.Configuration()
        configuration.recycling.condition = { $0.tasks >= 2 }
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            var workers: Set<Int32> = []
            while workers.count < 3 { workers.insert(try await pool.apply { getpid() }) }
        }
    }

    @Test func aTaskThatTakesTooMuchMemoryIsEndedWithAReason() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.memoryLimit = 150 << 20
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply { () -> Int in
                    let block = UnsafeMutableRawPointer.allocate(byteCount: 300 << 20, alignment: 16)
                    memset(block, 1, 300 << 20)
                    while true { pause() }
                }
            }
            #expect(error?.code == .memoryLimitExceeded)
            #expect(error?.description.contains("PoolWorker-") == true)
            #expect(try await pool.apply { 4 } == 4)
        }
    }

    // MARK: Sizes

    @Test("POO-13: calls one after another use one worker, which is started for the first of them")
    func lazyStart() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.minWorkers = 0
        try await withProcessPool(workers: 4, configuration: configuration) { pool async throws in
            #expect(pool.workerStatuses.isEmpty)
            var workers: Set<Int32> = []
            for _ in 0..<3 { workers.insert(try await pool.apply { getpid() }) }
            #expect(workers.count == 1)
            #expect(processes(pool) == workers)
        }
    }

    @Test("POO-14 POO-15 POO-31: as many workers as tasks at once, and never more than there may be")
    func asManyAsNeeded() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.minWorkers = 0
        let width = 6
        let barrier = try SharedBarrier(parties: width)
        try await withProcessPool(workers: width, configuration: configuration) { pool async throws in
            // Returns only when all six run at the same time.
            let workers = try await pool.map(0..<width, chunkSize: 1) { _ in
                try await barrier.wait()
                return getpid()
            }
            #expect(Set(workers).count == width)
            _ = try await pool.map(0..<15 * width, chunkSize: 1) { $0 }
            #expect(processes(pool) == Set(workers))
        }
    }

    @Test("POO-21 POO-25: idle workers leave, which stalls nothing, also when the pool is resized then")
    func idleWorkersLeave() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.minWorkers = 0
        configuration.idleTimeout = .milliseconds(2)
        try await withProcessPool(workers: 3, configuration: configuration) { pool async throws in
            for round in 0..<20 {
                #expect(try await pool.map(0..<6, chunkSize: 1) { $0 } == Array(0..<6))
                usleep(UInt32(round) * 300)
            }
            while !pool.workerStatuses.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            try await pool.resize(to: 5)
            #expect(try await pool.map(0..<20, chunkSize: 1) { $0 } == Array(0..<20))
        }
    }

    @Test func warmingUpStartsAll() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.minWorkers = 1
        let starts = try SharedValue(0)
        let count: WorkerBody = { try await starts.withLock { $0 += 1 } }
        try await withProcessPool(workers: 3, configuration: configuration, initializer: count) {
            pool async throws in
            try await pool.warmUp()
            #expect(try await starts.withLock { $0 } == 3)
            #expect(processes(pool).count == 3)
        }
    }

    @Test("POO-23: shrinking keeps a worker and waits for running tasks; growing keeps all")
    func resizing() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 2) { pool async throws in
            try await pool.warmUp()
            let old = processes(pool)
            let job = try pool.applyAsync(gate) { gate in
                gate.pass()
                return getpid()
            }
            async let shrunk: Void = pool.resize(to: 1)
            try await Task.sleep(for: .milliseconds(20))
            gate.open()
            #expect(old.contains(try await job.value))
            try await shrunk
            let kept = processes(pool)
            #expect(kept.count == 1 && kept.isSubset(of: old))
            #expect(pool.workers == 1)
            try await pool.resize(to: 1)
            #expect(processes(pool) == kept)
            try await pool.resize(to: 2)
            try await pool.warmUp()
            #expect(processes(pool).count == 2 && kept.isSubset(of: processes(pool)))
            await #expect(throws: MultiprocessingError.self) { try await pool.resize(to: 0) }
        }
    }

    @Test(
        "POO-24 PCR-20: resizing with unfinished tasks, and with a worker killed meanwhile, never hangs",
        arguments: [false, true])
    func manySizes(isKilling: Bool) async throws {
        let pool = try ProcessPool(workers: 3)
        var jobs: [AsyncResult<Int32>] = []
        for size in [12, 2, 1, 12, 6, 1, 8, 5] {
            for _ in 0..<30 {
                jobs.append(
                    try pool.applyAsync {
                        usleep(500)
                        return getpid()
                    })
            }
            try await pool.resize(to: size)
            if isKilling, let victim = pool.workerStatuses.first { kill(victim.processID, SIGKILL) }
        }
        await pool.shutdown()
        var lost = 0
        for job in jobs {
            do {
                _ = try await job.value
            } catch is WorkerDiedError where isKilling {
                lost += 1
            }
        }
        #expect(lost <= 8)
    }

    @Test func rollingReplacesAllAndLosesNothing() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await pool.warmUp()
            let old = processes(pool)
            let jobs = try (0..<300).map { number in
                try pool.applyAsync(number) { number in
                    usleep(200)
                    return number
                }
            }
            try await pool.roll()
            #expect(processes(pool).isDisjoint(with: old))
            for (number, job) in jobs.enumerated() { #expect(try await job.value == number) }
            for worker in old { #expect(!processExists(worker)) }
        }
    }

    @Test func tasksOfAKeyGoToOneWorker() async throws {
        try await withProcessPool(workers: 3) { pool async throws in
            try await pool.warmUp()
            var workers: [String: Set<Int32>] = [:]
            for round in 0..<20 {
                for key in ["ann", "bob", "eve"] {
                    workers[key, default: []].insert(
                        try await pool.with(key: key).apply(round) { _ in getpid() })
                }
                _ = try await pool.map(0..<6, chunkSize: 1) { $0 }
            }
            #expect(workers.values.allSatisfy { $0.count == 1 })
            let ann = try #require(workers["ann"]?.first)
            #expect(Set(try await pool.with(key: "ann").map(0..<50, chunkSize: 3) { _ in getpid() }) == [ann])
            kill(ann, SIGKILL)
            let next = Set(try await pool.with(key: "ann").map(0..<50, chunkSize: 3) { _ in getpid() })
            #expect(next.count == 1 && next != [ann])
        }
    }

    @Test("POO-32: two workers share five tasks")
    func bothWork() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let gate = FileGate()
            defer { gate.remove() }
            let stuck = try pool.applyAsync(gate) { gate in
                gate.pass()
                return getpid()
            }
            let others = try await pool.map(0..<4, chunkSize: 1) { _ in getpid() }
            gate.open()
            #expect(!others.contains(try await stuck.value))
        }
    }

    // MARK: Options

    @Test("POO-19 POO-29: a pool's environment is seen in its workers, and not by those of other pools")
    func environments() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    var configuration = ProcessPool.Configuration()
                    configuration.startOptions.environment = .updated(["MP_POOL": "\(number)"])
                    configuration.startOptions.workingDirectory = "/"
                    try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
                        let seen = try await pool.apply { [variable("MP_POOL"), Survey.workingDirectory()] }
                        #expect(seen == ["\(number)", "/"])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("POO-12: a worker that cannot be started breaks the pool with the reason, and none is left")
    func workersThatCannotBeStarted() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.startOptions.workingDirectory = "/no/such/folder"
        let pool = try ProcessPool(workers: 5, configuration: configuration)
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.warmUp() }
        #expect(error?.code == .startFailed)
        #expect(error?.description.contains("/no/such/folder") == true)
        try await pool.join()
        #expect(pool.workerStatuses.isEmpty)
    }

    @Test func configurationsThatNoPoolCanHaveAreRefused() {
        let changes: [@Sendable (inout ProcessPool.Configuration) -> Void] = [
            { $0.minWorkers = -1 }, { $0.minWorkers = 3 }, { $0.idleTimeout = .zero },
            { $0.recycling.maxAge = .zero },
            { $0.onWorkerDeath = .retry(max: -1) }, { $0.quarantineLimit = 0 }, { $0.memoryLimit = 0 },
            { $0.keptErrorLines = -1 }, { $0.startOptions.standardError = .captured },
            { $0.startOptions.outlivesParent = true }, { $0.startOptions.niceness = 99 },
        ]
        for change in changes {
            var configuration = ProcessPool.Configuration()
            change(&configuration)
            let error = #expect(throws: MultiprocessingError.self) {
                try ProcessPool(workers: 2, configuration: configuration)
            }
            #expect(error?.code == .invalidArgument)
        }
    }
}

/// A variable of the environment.
func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
