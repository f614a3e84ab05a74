import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// A place in memory of both sides where a body says what it has seen.
private func makeMarks() throws -> SharedArray<Int> { try SharedArray(repeating: 0, count: 8) }

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolCancellationTests {
    @Test func whatHasNotBegunNeverRuns() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let marks = try makeMarks()
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try pool.applyAsync(gate) { $0.pass() }
            let waiting = (1...5).map { number in
                Task { try await pool.apply(marks, number) { marks, number in marks[number] = 1 } }
            }
            waiting[2].cancel()
            // The wait is over although the worker is busy.
            await #expect(throws: CancellationError.self) { try await waiting[2].value }
            gate.open()
            try await first.value
            for (index, task) in waiting.enumerated() where index != 2 { try await task.value }
            #expect((1...5).map { marks[$0] } == [1, 1, 0, 1, 1])
        }
    }

    @Test func theBodySeesItsCancellation() async throws {
        let marks = try makeMarks()
        let begun = try SharedEvent()
        try await withProcessPool(workers: 1) { pool async throws in
            let pid = try await pool.apply { getpid() }
            let task = Task {
                try await pool.apply(marks, begun) { marks, begun in
                    await withTaskCancellationHandler {
                        begun.set()
                        while !Task.isCancelled { usleep(200) }
                        marks[0] = 1
                    } onCancel: {
                        marks[1] = 1
                    }
                }
            }
            try await begun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // The same worker goes on, since the body ended in time.
            #expect(try await pool.apply { getpid() } == pid)
            #expect(marks[0] == 1 && marks[1] == 1)
        }
    }

    @Test("TMC-04 TMC-10: what does not end is ended, and what waits behind it is not touched")
    func whatDoesNotEndIsEnded() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .milliseconds(50)
        let begun = try SharedEvent()
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let first = try await pool.apply { getpid() }
            let stuck = try pool.applyAsync(begun) { begun in
                signal(SIGTERM, SIG_IGN)
                begun.set()
                while true { usleep(1000) }
            }
            let others = try (0..<10).map { number in try pool.applyAsync(number) { [$0, Int(getpid())] } }
            try await begun.wait()
            #expect(stuck.cancel())
            await #expect(throws: CancellationError.self) { try await stuck.value }
            for (number, other) in others.enumerated() {
                let result = try await other.value
                #expect(result[0] == number && result[1] != Int(first))
            }
        }
    }

    @Test("TMC-09: a body that ends at once is not waited for")
    func aBodyThatEndsAtOnceIsNotWaitedFor() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .seconds(3600)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            for _ in 0..<20 {
                let begun = try SharedEvent()
                let job = try pool.applyAsync(begun) { begun in
                    begun.set()
                    try await Task.sleep(for: .seconds(3600))
                }
                try await begun.wait()
                job.cancel()
                #expect(try await pool.apply(1) { $0 } == 1)
                #expect(job.state == .cancelled)
            }
        }
    }

    /// The cancellation may be there before, while or after the body begins.
    @Test("TMC-11: cancellations at any moment leave the pool as it was")
    func cancellationsAtAnyMoment() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .seconds(3600)
        try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
            let pids = Set(try await pool.map(0..<64, chunkSize: 1) { _ in getpid() })
            for round in 0..<100 {
                let task = Task {
                    try await pool.apply {
                        while !Task.isCancelled { usleep(50) }
                    }
                }
                for _ in 0..<(round % 10) { await Task.yield() }
                if round % 3 == 0 { usleep(UInt32(round) * 7) }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            #expect(try await pool.map(0..<20) { $0 } == Array(0..<20))
            // Nobody had to be ended.
            #expect(Set(try await pool.map(0..<64, chunkSize: 1) { _ in getpid() }).union(pids).count <= 2)
        }
    }

    @Test("MAP-15 MAP-17: a cancelled map cancels what runs, and the rest never runs")
    func aCancelledMap() async throws {
        let marks = try SharedArray(repeating: 0, count: 100)
        let begun = try SharedEvent()
        let ended = try SharedSemaphore(value: 0)
        try await withProcessPool(workers: 1) { pool async throws in
            let task = Task {
                try await pool.map(
                    0..<100, with: Handles(marks: marks, begun: begun, ended: ended), chunkSize: 3
                ) {
                    item, handles in
                    handles.marks[item] = 1
                    handles.begun.set()
                    while !Task.isCancelled { usleep(200) }
                    try handles.ended.release()
                }
            }
            try await begun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await ended.acquire()
            #expect(try await pool.apply(1) { $0 } == 1)
            #expect(marks.reduce(0, +) == 1)
        }
    }

    @Test("TMC-13: when a scope throws its workers are gone at its end")
    func workersAreGoneAfterAThrow() async throws {
        let pids = try SharedArray<Int32>(repeating: 0, count: 2)
        let error = await #expect(throws: TestError.self) {
            try await withProcessPool(workers: 2) { pool async throws in
                let all = try await pool.map(0..<50, chunkSize: 1) { _ in
                    usleep(500)
                    return getpid()
                }
                for (place, pid) in Set(all).enumerated() where place < 2 { pids[place] = pid }
                _ = try pool.applyAsync { while true { usleep(1000) } }
                throw TestError()
            }
        }
        #expect(error != nil)
        #expect(pids[0] > 0)
        for place in 0..<2 where pids[place] > 0 { #expect(kill(pids[place], 0) == -1) }
    }
}

/// What bodies of this suite share with their test.
private struct Handles: Codable, Sendable {
    let marks: SharedArray<Int>
    let begun: SharedEvent
    let ended: SharedSemaphore
}
