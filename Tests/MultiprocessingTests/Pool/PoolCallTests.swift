import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolCallTests {
    @Test("POO-01: a call that is waited for runs in a worker and gives its value, with up to four arguments")
    func appliesBodiesOfUpToFourArguments() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            #expect(try await pool.apply { 7 } == 7)
            #expect(try await pool.apply(2) { $0 * 10 } == 20)
            #expect(try await pool.apply(2, "a") { String(repeating: $1, count: $0) } == "aa")
            #expect(try await pool.apply(1, 2, 3) { $0 + $1 + $2 } == 6)
            #expect(try await pool.apply(1, 2, 3, [4]) { $0 + $1 + $2 + $3[0] } == 10)
            try await pool.apply { _ = getpid() }
            try await pool.apply(1) { _ = $0 }
        }
    }

    @Test func bodiesRunInOtherProcesses() async throws {
        let here = getpid()
        let there = try await withProcessPool(workers: 1) { try await $0.apply { getpid() } }
        #expect(there != here)
    }

    @Test("POO-02 POO-43: a call that is not waited for gives a handle, which says whether it is ready")
    func applyAsyncGivesAHandle() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let gate = FileGate()
            defer { gate.remove() }
            let job = try pool.applyAsync(7, gate) { number, gate in
                gate.pass()
                return number * 7
            }
            // Neither is an error, nor does it wait.
            #expect(!job.isReady && !job.isSuccessful)
            #expect(try await !job.wait(for: .zero))
            gate.open()
            #expect(try await job.value == 49)
            #expect(job.isReady && job.isSuccessful)
            #expect(try await job.wait(for: .zero))
            let failing = try pool.applyAsync(1) { try divide($0, by: 0) }
            await #expect(throws: DivisionByZero(numerator: 1)) { try await failing.value }
            #expect(failing.isReady && !failing.isSuccessful)
        }
    }

    @Test func aWaitWithALimitDoesNotDisturbTheTask() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            let job = try pool.applyAsync(gate) { gate in
                gate.pass()
                return "done"
            }
            #expect(try await !job.wait(for: .milliseconds(1)))
            let error = await #expect(throws: MultiprocessingError.self) {
                try await job.value(within: .milliseconds(1))
            }
            #expect(error?.code == .timeout)
            gate.open()
            #expect(try await job.value == "done")
        }
    }

    @Test func completionHandlersRunOnceEach() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let (results, feed) = AsyncStream.makeStream(of: Int.self)
            for number in 0..<20 {
                let job = try pool.applyAsync(number) { $0 * 2 }
                job.onCompletion { result in feed.yield((try? result.get()) ?? -1) }
            }
            var seen: [Int] = []
            for await result in results {
                seen.append(result)
                if seen.count == 20 { break }
            }
            #expect(seen.sorted() == (0..<20).map { $0 * 2 })
        }
    }

    @Test func mapKeepsTheOrder() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            #expect(try await pool.map(1...10) { $0 * $0 } == (1...10).map { $0 * $0 })
            #expect(try await pool.map([Int]()) { $0 } == [])
            #expect(try await pool.map(0..<1000, chunkSize: 7) { $0 + 1 } == Array(1...1000))
            #expect(try await pool.map(0..<10, with: [10, 20]) { $0 + $1[0] } == Array(10..<20))
            #expect(try await pool.starmap([(1, 2), (3, 4)]) { $0 + $1 } == [3, 7])
            #expect(try await pool.starmap([(1, 2, 3)]) { $0 + $1 + $2 } == [6])
            #expect(try await pool.mapAsync(["1", "x"]) { Int($0) }.value == [1, nil])
            #expect(
                try await pool.starmapAsync([("a", 2)]) { String(repeating: $0, count: $1) }.value == ["aa"])
            try await pool.map([1, 2]) { _ = $0 }
        }
    }

    @Test func mapTakesAsynchronousInput() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let input = AsyncStream { feed in
                for number in 0..<50 { feed.yield(number) }
                feed.finish()
            }
            #expect(try await pool.map(input) { $0 * 3 } == (0..<50).map { $0 * 3 })
        }
    }

    /// A chunk that is longer than the memory between pool and worker goes there and back in pieces.
    @Test(arguments: [1 << 17, 1 << 20, 3 << 20])
    func messagesLongerThanTheRingPass(size: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let payloads = (0..<6).map { [UInt8](repeating: UInt8($0), count: size) }
            let back = try await pool.map(payloads, chunkSize: 2) { $0.map { $0 &+ 1 } }
            #expect(back == payloads.map { $0.map { $0 &+ 1 } })
            let single = try await pool.apply(payloads[3]) { $0 }
            #expect(single == payloads[3])
        }
    }

    @Test func longChunksOfShortItemsPass() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let count = 200_000
            let results = try await pool.map(0..<count) { $0 &* 2 }
            #expect(results == (0..<count).map { $0 &* 2 })
        }
    }

    @Test func mainActorBodiesRunOnTheWorkersMainActor() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let isMain = try await pool.apply(1) { @MainActor _ in
                MainActor.assertIsolated()
                return true
            }
            #expect(isMain)
        }
    }

    @Test func bodiesMaySuspendAndUseTaskGroups() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let sum = try await pool.apply(20) { count in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<count {
                        group.addTask {
                            try await Task.sleep(for: .milliseconds(1))
                            return number
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(sum == (0..<20).reduce(0, +))
        }
    }

    @Test func manyTasksMayShareAPool() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<200 {
                    group.addTask { (number, try await pool.apply(number) { $0 + 1000 }) }
                }
                for try await (number, result) in group { #expect(result == number + 1000) }
            }
        }
    }
}
