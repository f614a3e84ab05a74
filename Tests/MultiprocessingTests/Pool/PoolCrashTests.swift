import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolCrashTests {
    @Test("PCR-04: a task that ends its worker gives an error that says so, and nothing hangs")
    func aWorkerThatExitsCostsItsTaskOnly() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try await pool.apply { getpid() }
            let error = await #expect(throws: WorkerDiedError.self) {
                try await pool.apply { () -> Int in exit(3) }
            }
            #expect(error?.status == .exited(3))
            #expect(error?.processID == first)
            #expect(error?.item == 0)
            #expect(error?.runTime != nil)
            let second = try await pool.apply { getpid() }
            #expect(second != first)
        }
    }

    @Test func aWorkerThatIsKilledCostsItsTaskOnly() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let error = await #expect(throws: WorkerDiedError.self) { try await pool.apply { killMyself() } }
            #expect(error?.status == .signaled(SIGKILL))
            #expect(error?.description.contains("SIGKILL") == true)
            #expect(try await pool.map(0..<20) { $0 } == Array(0..<20))
        }
    }

    @Test func aWorkerThatTrapsCostsItsTaskOnly() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            // The child takes the setting over at its start: a backtrace of a wanted crash only costs time.
            let error = await #expect(throws: WorkerDiedError.self) {
                try await pool.apply(0) { 1 / $0 }
            }
            // SIGILL or SIGTRAP, by the processor.
            if case .signaled? = error?.status {
            } else {
                Issue.record("not a signal: \(String(describing: error))")
            }
            #expect(try await pool.apply { 5 } == 5)
        }
    }

    @Test(arguments: [1, 3, 10])
    func eachItemComesOutOnceAlthoughOneKillsItsWorker(chunkSize: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var results = pool.imap(0..<30, chunkSize: chunkSize, { $0 == 13 ? killMyself() : $0 })
                .makeAsyncIterator()
            var values: [Int] = []
            var lost: [Int] = []
            while true {
                do {
                    guard let value = try await results.next() else { break }
                    values.append(value)
                } catch let error as WorkerDiedError {
                    lost.append(error.item)
                }
            }
            #expect(values == (0..<30).filter { $0 != 13 })
            #expect(lost == [13])
        }
    }

    @Test func workersKilledFromOutsideAreReplaced() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            for _ in 0..<10 {
                let victim = try await pool.apply { getpid() }
                kill(victim, SIGKILL)
                // Either worker may take it, also one that is being replaced.
                #expect(try await pool.map(0..<8, chunkSize: 1) { $0 }.count == 8)
            }
        }
    }

    @Test func aLimitEndsTheWorkerOfAnEndlessLoop() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(1, timeout: .milliseconds(50)) { (number: Int) -> Int in
                    var number = number
                    while number > 0 { number = number % 7 + 1 }
                    return number
                }
            }
            #expect(error?.code == .timeout)
            #expect(try await pool.apply(2, timeout: .seconds(60)) { $0 } == 2)
        }
    }
}
