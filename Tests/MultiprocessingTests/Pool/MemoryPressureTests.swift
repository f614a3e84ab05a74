import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Workers that the kernel kills because memory is short.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct MemoryPressureTests {
    struct Outcome: Codable, Sendable {
        var values: [Int] = []
        var lost: [Int: String] = [:]
        /// The processor time of the pool's process in a second in which a worker sleeps, in milliseconds.
        var idleTime = 0
    }

    @Test(
        "PCR-29 FRS-05: workers that are killed for want of memory cost their tasks only, and nothing spins")
    func workersAreKilled() async throws {
        let group = MemoryGroup(bytes: 128 << 20)
        defer { if let group { #expect(group.remove()) } }
        if group == nil { print("no memory group can be made here: the workers kill themselves") }
        let outcome = try await inOwnProcess(group) { group in
            var outcome = Outcome()
            var configuration = ProcessPool.Configuration()
            // A neighbour may be killed by mistake, but hardly again and again.
            configuration.onWorkerDeath = .retry(max: 2)
            try await withProcessPool(
                workers: 2, configuration: configuration,
                initializer: {
                    if let group, !group.join() { throw Plain(text: "cannot join \(group)") }
                }
            ) { pool async throws in
                let results = try await pool.mapResults(0..<24, with: group != nil, chunkSize: 2) {
                    item, isLimited in
                    guard item % 6 == 5 else { return item }
                    return isLimited ? devour(512 << 20) : killMyself()
                }
                for (item, result) in results.enumerated() {
                    do {
                        outcome.values.append(try result.get())
                    } catch let error as WorkerDiedError where error.status == .signaled(SIGKILL) {
                        outcome.lost[item] = error.description
                    }
                }
                let before = processorTime()
                try await pool.apply { try await Task.sleep(for: .seconds(1)) }
                outcome.idleTime = processorTime() - before
            }
            return outcome
        }
        #expect(outcome.values == (0..<24).filter { $0 % 6 != 5 })
        #expect(outcome.lost.keys.sorted() == [5, 11, 17, 23])
        for text in outcome.lost.values { #expect(text.contains("when memory is short"), "\(text)") }
        // A thread that spins takes all of it.
        #expect(outcome.idleTime < 400)
    }
}

/// Wants so much memory, and uses it.
private func devour(_ bytes: Int) -> Int {
    let place = malloc(bytes)
    for offset in stride(from: 0, to: bytes, by: 4096) {
        place?.storeBytes(of: UInt8(offset >> 12 & 0xFF) | 1, toByteOffset: offset, as: UInt8.self)
    }
    defer { free(place) }
    return place?.load(fromByteOffset: bytes - 4096, as: UInt8.self) == 0 ? 0 : 1
}

/// What this process has used of the processors, in milliseconds.
private func processorTime() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000
}
