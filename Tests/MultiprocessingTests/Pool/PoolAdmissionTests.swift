import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolAdmissionTests {
    private static func configuration(maxQueued: Int) -> ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        configuration.maxQueued = maxQueued
        return configuration
    }

    @Test func whatDoesNotFitIsRefusedAtOnce() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1, configuration: Self.configuration(maxQueued: 2)) {
            pool async throws in
            let jobs = try (0..<3).map { number in
                try pool.applyAsync(gate, number) { gate, number in
                    gate.pass()
                    return number
                }
            }
            let refused = #expect(throws: MultiprocessingError.self) { try pool.applyAsync(4) { $0 } }
            #expect(refused?.code == .overloaded)
            let waited = await #expect(throws: MultiprocessingError.self) { try await pool.apply(4) { $0 } }
            #expect(waited?.code == .overloaded)
            gate.open()
            for (number, job) in jobs.enumerated() { #expect(try await job.value == number) }
            #expect(try await pool.apply(4) { $0 } == 4)
        }
    }

    @Test(arguments: [0, 1, 5])
    func mapsAndStreamsGoOnAsThereIsRoom(maxQueued: Int) async throws {
        try await withProcessPool(workers: 2, configuration: Self.configuration(maxQueued: maxQueued)) {
            pool async throws in
            #expect(try await pool.map(0..<300, chunkSize: 1) { $0 } == Array(0..<300))
            #expect(try await pool.mapAsync(0..<100, chunkSize: 2) { $0 }.value == Array(0..<100))
            let input = AsyncStream { feed in
                for number in 0..<100 { feed.yield(number) }
                feed.finish()
            }
            #expect(try await pool.map(input, chunkSize: 3) { $0 } == Array(0..<100))
            // Several at once share what room there is.
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var results: [Int] = []
                        for try await result in pool.imapUnordered(0..<100, { $0 }) { results.append(result) }
                        return results.sorted()
                    }
                    group.addTask {
                        let input = AsyncStream { feed in
                            for number in 0..<100 { feed.yield(number) }
                            feed.finish()
                        }
                        var results: [Int] = []
                        for try await result in pool.imap(input, { $0 }) { results.append(result) }
                        return results
                    }
                }
                for try await results in group { #expect(results == Array(0..<100)) }
            }
        }
    }

    @Test func streamsThatAreLeftGiveTheirPlacesBack() async throws {
        try await withProcessPool(workers: 1, configuration: Self.configuration(maxQueued: 1)) {
            pool async throws in
            for _ in 0..<50 {
                for try await _ in pool.imap(0..., { $0 }) { break }
            }
            #expect(try await pool.map(0..<10, chunkSize: 1) { $0 } == Array(0..<10))
            // Both places are free again.
            let gate = FileGate()
            defer { gate.remove() }
            let jobs = try (0..<2).map { _ in try pool.applyAsync(gate) { $0.pass() } }
            #expect(throws: MultiprocessingError.self) { try pool.applyAsync(1) { $0 } }
            gate.open()
            for job in jobs { try await job.value }
        }
    }

    @Test func aStreamInLineLearnsOfTheEnd() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 1, configuration: Self.configuration(maxQueued: 0)) {
            pool async throws in
            let busy = try pool.applyAsync(gate) { $0.pass() }
            let waiting = Task { try await pool.map(0..<3) { $0 } }
            // It may be in line or not be there yet.
            for _ in 0..<10 { await Task.yield() }
            pool.terminate()
            await #expect(throws: MultiprocessingError.self) { try await waiting.value }
            await #expect(throws: MultiprocessingError.self) { try await busy.value }
        }
    }

    @Test func aMapThatWasAcceptedIsFinishedAfterTheClose() async throws {
        let configuration = Self.configuration(maxQueued: 1)
        let job = try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            try pool.mapAsync(0..<50, chunkSize: 1) { $0 }
        }
        #expect(try await job.value == Array(0..<50))
    }

    @Test func theLimitFollowsTheNumberOfWorkers() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let configuration = Self.configuration(maxQueued: 0)
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            try await pool.resize(to: 3)
            let jobs = try (0..<3).map { _ in try pool.applyAsync(gate) { $0.pass() } }
            #expect(throws: MultiprocessingError.self) { try pool.applyAsync(1) { $0 } }
            gate.open()
            for job in jobs { try await job.value }
        }
    }

    @Test func waitingForTooLongIsAnErrorOfItsOwn() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let mark = try SharedValue(0)
        try await withProcessPool(workers: 1) { pool async throws in
            let first = try pool.applyAsync(gate) { $0.pass() }
            let impatient = pool.with(queueTimeout: .milliseconds(20))
            // One that is in the worker's hands already, and many that are not.
            let jobs = try (0..<40).map { _ in
                try impatient.applyAsync(mark) { mark in try await mark.withLock { $0 += 1 } }
            }
            let patient = try pool.with(queueTimeout: .seconds(600)).applyAsync(5) { $0 }
            for job in jobs {
                let error = await #expect(throws: MultiprocessingError.self) { try await job.value }
                #expect(error?.code == .queueTimeout)
            }
            gate.open()
            try await first.value
            #expect(try await patient.value == 5)
            #expect(mark.value == 0)
            // Running may take longer than that.
            let slow = try await impatient.apply {
                usleep(100_000)
                return 1
            }
            #expect(slow == 1)
        }
    }

    @Test func senselessLimitsAreRefused() {
        var configuration = Self.configuration(maxQueued: -1)
        let negative = #expect(throws: MultiprocessingError.self) {
            _ = try ProcessPool(workers: 1, configuration: configuration)
        }
        #expect(negative?.code == .invalidArgument)
        configuration.maxQueued = nil
        configuration.lanes = ["a": 0]
        let weightless = #expect(throws: MultiprocessingError.self) {
            _ = try ProcessPool(workers: 1, configuration: configuration)
        }
        #expect(weightless?.code == .invalidArgument)
    }
}
