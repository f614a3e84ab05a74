import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolValuesTests {
    @Test func valuesComeInOrderBeforeTheEnd() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var none: [Int] = []
            for try await value in pool.stream(of: Int.self, { emit in for n in 0..<3 { try await emit(n) } })
            {
                none.append(value)
            }
            #expect(none == [0, 1, 2])
            var one: [String] = []
            for try await value in pool.stream(
                "ab", of: String.self,
                { text, emit in
                    for letter in text { try await emit(String(letter)) }
                })
            { one.append(value) }
            #expect(one == ["a", "b"])
            var two: [Int] = []
            for try await value in pool.stream(
                5, 2000, of: Int.self,
                { first, count, emit in
                    for number in first..<(first + count) { try await emit(number) }
                })
            { two.append(value) }
            #expect(two == Array(5..<2005))
            for try await _ in pool.stream(of: Int.self, { _ in }) { Issue.record("nothing was sent") }
        }
    }

    @Test func aValueIsThereWhileTheBodyRuns() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1) { pool async throws in
            var values = pool.stream(gate, of: Int.self) { gate, emit in
                try await emit(1)
                gate.pass()
                try await emit(2)
            }.makeAsyncIterator()
            let first = try await values.next()
            #expect(first == 1)
            let error = await #expect(throws: MultiprocessingError.self) {
                try await values.next(within: .milliseconds(5))
            }
            #expect(error?.code == .timeout)
            gate.open()
            let second = try await values.next(within: .seconds(600))
            let end = try await values.next()
            #expect(second == 2 && end == nil)
        }
    }

    @Test func theErrorComesBehindTheValues() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var seen: [Int] = []
            await #expect(throws: DivisionByZero(numerator: 5)) {
                for try await value in pool.stream(
                    50, of: Int.self,
                    { count, emit in
                        for number in 0..<count { try await emit(number) }
                        _ = try divide(5, by: 0)
                    })
                { seen.append(value) }
            }
            #expect(seen == Array(0..<50))
        }
    }

    @Test func aDeadWorkersValuesCount() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            var seen: [Int] = []
            let error = await #expect(throws: WorkerDiedError.self) {
                for try await value in pool.stream(
                    of: Int.self,
                    { emit in
                        for number in 0..<20 { try await emit(number) }
                        _ = killMyself()
                    })
                { seen.append(value) }
            }
            #expect(error?.status == .signaled(SIGKILL))
            #expect(seen == Array(0..<20))
        }
    }

    @Test func valuesAreNeverSentTwice() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = .retry(max: 2)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            var seen: [Int] = []
            await #expect(throws: WorkerDiedError.self) {
                let values = pool.stream(of: Int.self) { emit in
                    for number in 0..<3 { try await emit(number) }
                    _ = killMyself()
                }
                for try await value in values { seen.append(value) }
            }
            #expect(seen == [0, 1, 2])
        }
    }

    @Test func whoeverIsBehindIsWaitedFor() async throws {
        let sent = try SharedValue(0)
        try await withProcessPool(workers: 1) { pool async throws in
            var values = pool.stream(sent, of: [UInt8].self) { sent, emit in
                for _ in 0..<1000 {
                    try await emit([UInt8](repeating: 1, count: 64 << 10))
                    try await sent.withLock { $0 += 1 }
                }
            }.makeAsyncIterator()
            _ = try await values.next()
            for _ in 0..<50 { usleep(1000) }
            #expect(sent.value < 1000)
            var count = 1
            while let value = try await values.next() {
                #expect(value.count == 64 << 10)
                count += 1
            }
            #expect(count == 1000)
        }
    }

    @Test func leavingTheLoopCancelsTheTask() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .seconds(3600)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let pid = try await pool.apply { getpid() }
            for _ in 0..<5 {
                for try await _ in pool.stream(
                    of: Int.self,
                    { emit in
                        var number = 0
                        while true {
                            try await emit(number)
                            number += 1
                        }
                    })
                { break }
            }
            #expect(try await pool.apply { getpid() } == pid)
        }
    }

    @Test func cancellingTheIteratingTaskCancelsTheTask() async throws {
        let begun = try SharedEvent()
        try await withProcessPool(workers: 1) { pool async throws in
            let task = Task {
                for try await _ in pool.stream(
                    begun, of: Int.self,
                    { begun, _ in
                        begun.set()
                        try await Task.sleep(for: .seconds(3600))
                    })
                {}
            }
            try await begun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await pool.apply(1) { $0 } == 1)
        }
    }

    @Test func theyComeOnce() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let values = pool.stream(of: Int.self) { emit in try await emit(1) }
            for try await value in values { #expect(value == 1) }
            let error = await #expect(throws: MultiprocessingError.self) { for try await _ in values {} }
            #expect(error?.code == .streamConsumed)
        }
    }

    @Test func handlesAndOptionsGoAlong() async throws {
        let counter = try SharedValue(40)
        try await withProcessPool(workers: 1) { pool async throws in
            var seen: [Int] = []
            let view = pool.with(lane: "a", priority: .low)
            for try await handle in view.stream(
                counter, of: SharedValue<Int>.self,
                { counter, emit in
                    try await counter.withLock { $0 += 2 }
                    try await emit(counter)
                })
            { seen.append(handle.value) }
            #expect(seen == [42])
        }
    }
}
