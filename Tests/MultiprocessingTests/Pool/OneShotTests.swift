import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A function in a process of its own: a pool of one worker, for one call.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct OneShotTests {
    private func once<R: Codable & Sendable>(
        timeout: Duration? = nil, _ body: @escaping @concurrent @Sendable () async throws -> R
    ) async throws -> R {
        try await withProcessPool(workers: 1) { pool async throws in
            try await pool.apply(timeout: timeout, body)
        }
    }

    @Test("TMC-05 TMC-06: result, error, encoding error, timeout, death and cancellation")
    func oneShots() async throws {
        #expect(try await once { 5 } == 5)
        let pids = [try await once { getpid() }, try await once { getpid() }]
        #expect(pids[0] != pids[1] && !pids.contains(getpid()))
        await #expect(throws: DivisionByZero.self) { try await once { try divide(1, by: 0) } }
        let unencodable = await #expect(throws: MultiprocessingError.self) { try await once { Fussy(1) } }
        #expect(unencodable?.code == .unencodable)
        let late = await #expect(throws: MultiprocessingError.self) {
            try await once(timeout: .milliseconds(100)) { () -> Int in while true { usleep(1000) } }
        }
        #expect(late?.code == .timeout)
        let dead = await #expect(throws: WorkerDiedError.self) { try await once { () -> Int in exit(123) } }
        #expect(dead?.status == .exited(123))
        #expect(dead.map { $0.processID > 0 && $0.processID != getpid() } == true)
        let begun = try SharedEvent()
        let task = Task {
            try await withProcessPool(workers: 1) { pool async throws in
                try await pool.apply(begun) { begun in
                    begun.set()
                    while true { usleep(1000) }
                }
            }
        }
        try await begun.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
