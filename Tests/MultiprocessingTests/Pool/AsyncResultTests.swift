import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Jobs in known states: three that are done, each in its way, and one that waits at a gate.
private struct Jobs {
    let gate: FileGate
    let finished: AsyncResult<Int>
    let failed: AsyncResult<Int>
    let cancelled: AsyncResult<Int>
    let running: AsyncResult<Int>
    let pending: AsyncResult<Int>

    /// For a pool of one worker.
    init(_ pool: ProcessPool, _ gate: FileGate) async throws {
        self.gate = gate
        finished = try pool.applyAsync(42) { $0 }
        failed = try pool.applyAsync(1) { try divide($0, by: 0) }
        try await finished.wait()
        try await failed.wait()
        let begun = try SharedEvent()
        running = try pool.applyAsync(gate, begun) { gate, begun in
            begun.set()
            gate.pass()
            return 7
        }
        try await begun.wait()
        cancelled = try pool.applyAsync(1) { $0 }
        pending = try pool.applyAsync(8) { $0 }
        cancelled.cancel()
    }

    var done: [AsyncResult<Int>] { [finished, failed, cancelled] }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct AsyncResultTests {
    private func withJobs(_ body: @concurrent (Jobs) async throws -> Void) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            let jobs = try await Jobs(pool, gate)
            defer { gate.open() }
            try await body(jobs)
        }
    }

    private static func identities(_ jobs: [AsyncResult<Int>]) -> [ObjectIdentifier] {
        jobs.map { ObjectIdentifier($0) }
    }

    @Test("FUT-09 FUT-13 FUT-15: states, snapshots and descriptions")
    func states() async throws {
        try await withJobs { jobs async throws in
            #expect(jobs.finished.state == .succeeded)
            #expect(jobs.failed.state == .failed)
            #expect(jobs.cancelled.state == .cancelled)
            #expect(jobs.running.state == .running)
            #expect(jobs.pending.state == .pending)
            #expect(try jobs.finished.result?.get() == 42)
            #expect(jobs.pending.result == nil)
            #expect(!jobs.finished.cancel() && !jobs.failed.cancel() && !jobs.cancelled.cancel())
            #expect(jobs.finished.description == "AsyncResult<Int> succeeded with 42")
            #expect(jobs.failed.description.hasPrefix("AsyncResult<Int> failed with DivisionByZero"))
            #expect(jobs.cancelled.description == "AsyncResult<Int> cancelled")
            #expect(jobs.running.description == "AsyncResult<Int> running")
            #expect(jobs.pending.description == "AsyncResult<Int> pending")
            #expect(jobs.pending.cancel())
            #expect(jobs.pending.state == .cancelled)
        }
    }

    @Test("FUT-13: what several readers see belongs together")
    func snapshotsAreConsistent() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            for round in 0..<20 {
                let job = try pool.applyAsync(round) { try divide($0, by: $0 % 2) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            var seen = job.result
                            while seen == nil {
                                #expect(!job.isSuccessful || job.isReady)
                                await Task.yield()
                                seen = job.result
                            }
                            #expect(job.isReady)
                            switch seen {
                            case .success(let value):
                                #expect(value == round && job.isSuccessful && job.state == .succeeded)
                            default: #expect(round % 2 == 0 && !job.isSuccessful && job.state == .failed)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("FUT-10: a look without a wait")
    func aLookWithoutAWait() async throws {
        try await withJobs { jobs async throws in
            for job in [jobs.pending, jobs.running] {
                let error = await #expect(throws: MultiprocessingError.self) {
                    try await job.value(within: .zero)
                }
                #expect(error?.code == .timeout)
            }
            await #expect(throws: CancellationError.self) { try await jobs.cancelled.value(within: .zero) }
            await #expect(throws: DivisionByZero.self) { try await jobs.failed.value(within: .zero) }
            #expect(try await jobs.finished.value(within: .zero) == 42)
        }
    }

    @Test("FUT-11: who waits is woken by a result, an error or a cancellation")
    func whoWaitsIsWoken() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try pool.applyAsync(gate) { $0.pass() }
            let value = try pool.applyAsync(1) { $0 }
            let error = try pool.applyAsync(1) { try divide($0, by: 0) }
            let cancelled = try pool.applyAsync(1) { $0 }
            let waits = [value, error, cancelled].map { job in Task { try await job.value } }
            await Task.yield()
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await waits[2].value }
            gate.open()
            #expect(try await waits[0].value == 1)
            await #expect(throws: DivisionByZero.self) { try await waits[1].value }
            try await first.value
        }
    }

    @Test("FUT-01 FUT-02 FUT-04 FUT-05: waiting for several")
    func waitingForSeveral() async throws {
        try await withJobs { jobs async throws in
            let all = [jobs.running, jobs.finished, jobs.failed, jobs.finished, jobs.cancelled]
            // Whatever is done by now, and each once.
            let first = try await AsyncResult.wait(for: all, until: .first)
            #expect(Self.identities(first.done) == Self.identities(jobs.done))
            #expect(Self.identities(first.pending) == Self.identities([jobs.running]))
            let limited = try await AsyncResult.wait(for: all, timeout: .milliseconds(50))
            #expect(limited.done.count == 3 && limited.pending.count == 1)
            let failure = try await AsyncResult.wait(for: all, until: .firstFailure)
            #expect(failure.pending.count == 1)
            let fine = try await AsyncResult.wait(
                for: [jobs.running, jobs.finished], until: .firstFailure, timeout: .milliseconds(5))
            #expect(fine.done.count == 1 && fine.pending.count == 1)
            jobs.gate.open()
            let complete = try await AsyncResult.wait(for: all)
            #expect(complete.done.count == 4 && complete.pending.isEmpty)
            #expect(Self.identities(complete.done).first == ObjectIdentifier(jobs.running))
            let none = try await AsyncResult<Int>.wait(for: [])
            #expect(none.done.isEmpty && none.pending.isEmpty)
            // With other things, or one by one.
            #expect(try await waitAny([jobs.finished, jobs.failed]).count == 2)
        }
    }

    @Test("TMC-14: cancelling who waits for several disturbs none")
    func cancellingWhoWaits() async throws {
        try await withJobs { jobs async throws in
            let wait = Task { try await AsyncResult.wait(for: [jobs.running, jobs.finished]) }
            let stream = Task { for try await _ in AsyncResult.asCompleted([jobs.running]) {} }
            await Task.yield()
            wait.cancel()
            stream.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
            await #expect(throws: CancellationError.self) { try await stream.value }
            jobs.gate.open()
            #expect(try await jobs.running.value == 7)
        }
    }

    @Test("FUT-06 FUT-07: as completed, each once, and how many are left at the limit")
    func asCompleted() async throws {
        try await withJobs { jobs async throws in
            let listed = [jobs.running, jobs.finished, jobs.failed, jobs.failed, jobs.failed]
            var seen: [ObjectIdentifier] = []
            let pending = jobs.pending
            for limit in [Duration.zero, .milliseconds(30)] {
                seen = []
                let error = await #expect(throws: MultiprocessingError.self) {
                    for try await job in AsyncResult.asCompleted(listed + [pending], timeout: limit) {
                        seen.append(ObjectIdentifier(job))
                    }
                }
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("2 of 4") == true)
                #expect(seen == Self.identities([jobs.finished, jobs.failed]))
            }
            jobs.gate.open()
            seen = []
            for try await job in AsyncResult.asCompleted(listed) { seen.append(ObjectIdentifier(job)) }
            #expect(
                seen == Self.identities([jobs.finished, jobs.failed, jobs.running])
                    || seen == Self.identities([jobs.running, jobs.finished, jobs.failed]))
            for try await _ in AsyncResult<Int>.asCompleted([]) { Issue.record("there is none") }
        }
    }

    @Test func asCompletedFollowsTheOrderOfEnds() async throws {
        let gates = (0..<3).map { _ in FileGate() }
        defer { for gate in gates { gate.remove() } }
        try await withProcessPool(workers: 3) { pool async throws in
            let jobs = try gates.enumerated().map { number, gate in
                try pool.applyAsync(gate, number) { gate, number in
                    gate.pass()
                    return number
                }
            }
            var order: [Int] = []
            gates[1].open()
            for try await job in AsyncResult.asCompleted(jobs) {
                order.append(try await job.value)
                gates[order.count == 1 ? 2 : 0].open()
            }
            #expect(order == [1, 2, 0])
        }
    }

    @Test("FUT-08 MAP-04: handlers get value, error or cancellation, once each, also when they come late")
    func handlers() async throws {
        try await withJobs { jobs async throws in
            let tally = Mutex<[String]>([])
            let (ends, feed) = AsyncStream.makeStream(of: Void.self)
            for job in [jobs.running, jobs.finished, jobs.failed, jobs.cancelled, jobs.pending] {
                job.onCompletion { result in
                    tally.withLock { $0.append(name(of: result)) }
                    feed.yield(())
                }
            }
            jobs.gate.open()
            var count = 0
            for await _ in ends {
                count += 1
                if count == 5 { break }
            }
            #expect(
                tally.withLock { $0.sorted() } == ["42", "7", "8", "CancellationError", "DivisionByZero"])
        }
    }
}

private func name(of result: Result<Int, any Error>) -> String {
    switch result {
    case .success(let value): "\(value)"
    case .failure(let error): "\(type(of: error))"
    }
}
