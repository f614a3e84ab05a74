import Glibc
import Multiprocessing
import TestSupport
import Testing

/// The memory that long messages go through: it comes, it goes, and without it everything works too.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LongMessageMemoryTests {
    /// Sends a long message there and back.
    private static func exchange(_ pool: ProcessPool) async throws -> Bool {
        let input = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0) }
        return try await pool.map([input, input, input], chunkSize: 1) { $0.map { $0 ^ 1 } }
            == Array(repeating: input.map { $0 ^ 1 }, count: 3)
    }

    @Test("A map of many short values, whose chunks have the size that is best, does without")
    func aMapOfNumbers() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let before = try await pool.apply { LongMemory.mappings() }
            for _ in 0..<3 { #expect(try await pool.map(0..<200_000) { $0 + 1 }.last == 200_000) }
            #expect(try await pool.apply { LongMemory.mappings() } == before)
        }
    }

    @Test func itIsGivenBackWhenNoLongMessageComes() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let before = try await pool.apply { LongMemory.mappings() }
            #expect(before > 0)
            for _ in 0..<2 {
                var most = before
                while most == before {
                    #expect(try await Self.exchange(pool))
                    most = try await pool.apply { LongMemory.mappings() }
                }
                #expect(most > before)
                let end = ContinuousClock.now + .seconds(60)
                while try await pool.apply({ LongMemory.mappings() }) > before, ContinuousClock.now < end {}
                #expect(try await pool.apply { LongMemory.mappings() } == before)
            }
        }
    }

    @Test("A worker that cannot take the memory goes on without")
    func aWorkerWithoutDescriptors() async throws {
        do {
            try await withProcessPool(workers: 1) { pool async throws in
                let before = try await pool.apply {
                    LongMemory.takeDescriptors()
                    return ThisWorker()
                }
                for _ in 0..<4 { #expect(try await Self.exchange(pool)) }
                let after = try await pool.apply { ThisWorker() }
                // One that ends while it has nothing to do is replaced, and nobody is told.
                guard after.pid == before.pid else { return recordDispatchTrap("a worker's end") }
                // The system may have had one open for a moment, before.
                #expect(Set(after.descriptors).isSubset(of: before.descriptors))
            }
        } catch let death as WorkerDiedError where death.status == .signaled(SIGILL) {
            recordDispatchTrap(death)
        }
    }

    /// In a process of its own, because the limit is one of the whole process.
    @Test("A pool that cannot make the memory goes on without")
    func aPoolWithoutDescriptors() async throws {
        let child = ChildProcess(context: ProcessContext(.spawn)) {
            let pool = try ProcessPool(workers: 1)
            let before = try await pool.apply { LongMemory.mappings() }
            LongMemory.takeDescriptors()
            for _ in 0..<4 { if try await !Self.exchange(pool) { exit(3) } }
            if try await pool.apply({ LongMemory.mappings() }) != before { exit(4) }
            await pool.shutdown()
            exit(0)
        }
        try await child.start()
        let status = try await child.join()
        if status == .signaled(SIGILL) {
            recordDispatchTrap(status)
        } else {
            #expect(status == .exited(0), "\(status)")
        }
    }
}

/// What a worker without descriptors can still find out: it cannot open a file.
private struct ThisWorker: Codable {
    var pid = getpid()
    var descriptors = (Int32(0)..<200).filter { fcntl($0, F_GETFD) >= 0 }
}
