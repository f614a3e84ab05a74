import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolDeadlineTests {
    @Test func aCallEndsAtTheDeadlineOfItsTask() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .seconds(3600)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let pid = try await pool.apply { getpid() }
            let error = await #expect(throws: MultiprocessingError.self) {
                try await withDeadline(.milliseconds(50)) {
                    try await pool.apply { while !Task.isCancelled { usleep(500) } }
                }
            }
            #expect(error?.code == .timeout)
            // The body saw that it was cancelled, and its worker goes on.
            #expect(try await pool.apply { getpid() } == pid)
        }
    }

    @Test func anEndlessLoopIsEndedAfterTheDeadline() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.cancellationGrace = .zero
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await withDeadline(.milliseconds(30)) {
                    try await pool.map(0..<4, chunkSize: 2) { _ in while true { usleep(1000) } }
                }
            }
            #expect(error?.code == .timeout)
            #expect(try await pool.apply(2) { $0 } == 2)
        }
    }

    @Test func whatWaitsAtTheDeadlineNeverRuns() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let mark = try SharedValue(0)
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try pool.applyAsync(gate) { $0.pass() }
            let error = await #expect(throws: MultiprocessingError.self) {
                try await withDeadline(.milliseconds(20)) {
                    try await pool.apply(mark) { mark in try await mark.withLock { $0 += 1 } }
                }
            }
            #expect(error?.code == .timeout)
            gate.open()
            try await first.value
            #expect(try await pool.apply(3) { $0 } == 3)
            #expect(mark.value == 0)
        }
    }

    /// The rest of a chunk waits behind the item that is run again; the deadline holds for it too.
    @Test func aDeadlineHoldsForWhatIsRunAgain() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.onWorkerDeath = .retry(max: 2)
        configuration.cancellationGrace = .zero
        let deaths = try SharedValue(0)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let results = try await withDeadline(.milliseconds(500)) {
                try await pool.mapResults(0..<3, with: deaths, chunkSize: 3) { item, deaths in
                    let isFirst = try await deaths.withLock { count in
                        count += 1
                        return count == 1
                    }
                    if isFirst { _ = killMyself() }
                    while true { usleep(1000) }
                    return item
                }
            }
            let codes = results.map { result -> MultiprocessingError.Code? in
                if case .failure(let error as MultiprocessingError) = result { error.code } else { nil }
            }
            #expect(codes == [.timeout, .timeout, .timeout])
            #expect(try await pool.apply(1) { $0 } == 1)
        }
    }

    @Test func aDeadlineThatHasPassedSubmitsNothing() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            try await withDeadline(.zero) {
                #expect(TaskDeadline.current?.hasPassed == true)
                #expect(TaskDeadline.current?.timeLeft == .zero)
                let error = await #expect(throws: MultiprocessingError.self) { try await pool.apply { 1 } }
                #expect(error?.code == .timeout)
                #expect(throws: MultiprocessingError.self) { try pool.applyAsync { 1 } }
                await #expect(throws: MultiprocessingError.self) {
                    for try await _ in pool.imap([1], { $0 }) {}
                }
                #expect(throws: MultiprocessingError.self) { try TaskDeadline.check() }
            }
            #expect(TaskDeadline.current == nil)
            try TaskDeadline.check()
        }
    }

    @Test func theEarlierDeadlineHoldsAndTravels() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            #expect(try await pool.apply { TaskDeadline.current == nil })
            let seconds = try await withDeadline(.seconds(600)) {
                try await withDeadline(.seconds(6000)) {
                    try await pool.map([0, 1]) { _ in
                        TaskDeadline.current.map { $0.timeLeft.components.seconds } ?? -1
                    }
                }
            }
            for left in seconds { #expect(left > 60 && left <= 600) }
            // Gone with the call.
            #expect(try await pool.apply { TaskDeadline.current == nil })
        }
    }

    @Test func aWorkersOwnPoolsKeepTheDeadline() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let left = try await withDeadline(.seconds(600)) {
                try await pool.apply {
                    try await withProcessPool(workers: 1) { inner async throws in
                        try await inner.apply { TaskDeadline.current?.timeLeft.components.seconds }
                    }
                }
            }
            #expect(left.map { $0 > 60 && $0 <= 600 } == true)
        }
    }

    @Test("MAP-19: a limit holds for each item, however many travel together")
    func aLimitHoldsForEachItem() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let results = try await pool.map(0..<5, chunkSize: 5, timeout: .milliseconds(1800)) { item in
                usleep(100_000)
                return item
            }
            #expect(results == Array(0..<5))
        }
    }

    @Test("MAP-17: the items behind one that took too long go on elsewhere, or never run")
    func theItemsBehindOneThatTookTooLong() async throws {
        let marks = try SharedArray(repeating: 0, count: 6)
        try await withProcessPool(workers: 1) { pool async throws in
            let results = try await pool.mapResults(
                0..<6, with: marks, chunkSize: 3, timeout: .milliseconds(300)
            ) {
                item, marks in
                marks[item] += 1
                while item == 1 { usleep(1000) }
                return item
            }
            #expect(results.map { try? $0.get() } == [0, nil, 2, 3, 4, 5])
            if case .failure(let error as MultiprocessingError) = results[1] {
                #expect(error.code == .timeout)
            } else {
                Issue.record("\(results[1])")
            }
            #expect((0..<6).map { marks[$0] } == [1, 1, 1, 1, 1, 1])
            // A map that throws gives its rest up.
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.map(0..<6, with: marks, chunkSize: 1, timeout: .milliseconds(50)) {
                    item, marks in
                    marks[item] += 10
                    while item == 0 { usleep(1000) }
                }
            }
            #expect(error?.code == .timeout)
            #expect(try await pool.apply(1) { $0 } == 1)
        }
    }

    @Test("MAP-17: the error of a timeout is that of the item which took too long", arguments: 0..<6)
    func theErrorIsThatOfTheOneThatTookTooLong(endless: Int) async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            // Side by side in memory, and one by one.
            let numbers = try await pool.mapResults(
                0..<12, with: endless, chunkSize: 6, timeout: .milliseconds(200)
            ) {
                item, endless in
                while item % 6 == endless { usleep(1000) }
                return item
            }
            #expect(numbers.indices.filter { isLate(numbers[$0]) } == [endless, endless + 6])
            for (item, result) in numbers.enumerated() where item % 6 != endless {
                #expect(try result.get() == item)
            }
            let words = try await pool.mapResults(
                (0..<12).map(String.init), with: endless, chunkSize: 6, timeout: .milliseconds(200)
            ) { word, endless in
                while (Int(word) ?? 0) % 6 == endless { usleep(1000) }
                return word
            }
            #expect(words.indices.filter { isLate(words[$0]) } == [endless, endless + 6])
            for (item, result) in words.enumerated() where item % 6 != endless {
                #expect(try result.get() == "\(item)")
            }
        }
    }

    @Test("FST-02: a limit ends a worker that is stopped, too")
    func aLimitEndsAStoppedWorker() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(timeout: .milliseconds(50)) { () -> Int32 in
                    while true { kill(getpid(), SIGSTOP) }
                }
            }
            #expect(error?.code == .timeout)
            #expect(try await pool.apply { 1 } == 1)
        }
    }

    @Test("cancelling ends a worker that is stopped, too")
    func cancellingEndsAStoppedWorker() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let worker = try await pool.apply { getpid() }
            let waiting = Task {
                try await pool.apply { () -> Int32 in
                    while true { kill(getpid(), SIGSTOP) }
                }
            }
            while stateOfProcess(worker) != "T" { await Task.yield() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try await pool.apply { getpid() } != worker)
        }
    }

    @Test("MAP-14: a timeout that a body throws is the body's")
    func aTimeoutThatABodyThrows() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let pid = try await pool.apply { getpid() }
            let results = try await pool.mapResults([1, 2], timeout: .seconds(600)) { number -> Int in
                if number == 1 { throw OwnTimeout() }
                return number
            }
            if case .failure(let error) = results[0] { #expect(error is OwnTimeout) }
            #expect((try? results[1].get()) == 2)
            #expect(try await pool.apply { getpid() } == pid)
        }
    }

    @Test("TMC-02 PER-06: a timeout reaches the handle and its completion handler")
    func aTimeoutReachesTheHandler() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let job = try pool.applyAsync(timeout: .milliseconds(30)) { () -> Int in
                while true { usleep(1000) }
            }
            let (codes, feed) = AsyncStream.makeStream(of: MultiprocessingError.Code?.self)
            job.onCompletion { result in
                if case .failure(let error) = result { feed.yield((error as? MultiprocessingError)?.code) }
                feed.finish()
            }
            let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
            #expect(error?.code == .timeout)
            var seen: [MultiprocessingError.Code?] = []
            for await code in codes { seen.append(code) }
            #expect(seen == [.timeout])
        }
    }

    /// A server's tasks take a millisecond and have a limit of an hour.
    @Test func limitsAreForgottenWithTheirTasks() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let before = Poller.shared.state.withLock { $0.timers.count }
            for number in 0..<5000 {
                #expect(try await pool.apply(number, timeout: .seconds(3600)) { $0 + 1 } == number + 1)
            }
            // Other tests have timers as well, but not thousands.
            #expect(Poller.shared.state.withLock { $0.timers.count } < before + 2500)
        }
    }
}

struct OwnTimeout: Error, Codable {}

/// Whether an item took longer than it may.
private func isLate(_ result: Result<some Sendable, any Error>) -> Bool {
    if case .failure(let error as MultiprocessingError) = result { return error.code == .timeout }
    return false
}
