import Glibc
import Multiprocessing
import TestSupport
import Testing

extension ProcessPool.Lane {
    fileprivate static let interactive: Self = "interactive"
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolLaneTests {
    /// The order in which one worker runs what waited while it was busy.
    private func order(
        _ configuration: ProcessPool.Configuration = .init(),
        submit: (ProcessPool, SharedQueue<Int>) throws -> [AsyncResult<Void>]
    ) async throws -> [Int] {
        let gate = FileGate()
        defer { gate.remove() }
        let order = try SharedQueue<Int>()
        let begun = try SharedEvent()
        return try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let first = try pool.applyAsync(gate, begun) { gate, begun in
                begun.set()
                gate.pass()
            }
            try await begun.wait()
            let jobs = try submit(pool, order)
            gate.open()
            try await first.value
            for job in jobs { try await job.value }
            try await order.finish()
            var seen: [Int] = []
            for try await number in order { seen.append(number) }
            return seen
        }
    }

    @Test func theMoreImportantGoesFirst() async throws {
        let order = try await order { pool, queue in
            // More than a worker is given in advance.
            let usual = try (0..<30).map { number in
                try pool.applyAsync(queue, number) { queue, number in try await queue.put(number) }
            }
            let low = try pool.with(priority: .background).applyAsync(queue, 50) { try await $0.put($1) }
            let high = try pool.with(priority: .high).applyAsync(queue, 100) { try await $0.put($1) }
            return usual + [low, high]
        }
        #expect(order.first == 100)
        #expect(order.filter { $0 < 30 } == Array(0..<30))
        #expect(order.contains(50))
    }

    @Test func lanesShareTheWorkers() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.lanes = [.interactive: 3]
        let order = try await order(configuration) { pool, queue in
            let bulk = try (0..<60).map { number in
                try pool.applyAsync(queue, number) { queue, number in try await queue.put(number) }
            }
            let lane = pool.with(lane: .interactive)
            let quick = try (100..<115).map { number in
                try lane.applyAsync(queue, number) { queue, number in try await queue.put(number) }
            }
            return bulk + quick
        }
        // Of the first twenty, about three quarters belong to the lane of weight 3.
        #expect((13...16).contains(order.prefix(20).filter { $0 >= 100 }.count))
        #expect(order.filter { $0 < 100 } == Array(0..<60))
        #expect(order.filter { $0 >= 100 } == Array(100..<115))
    }

    @Test func optionsOfViewsAddUp() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let view = pool.with(lane: "a").with(priority: .low).with(queueTimeout: .seconds(600))
            #expect(try await view.apply(2) { $0 + 1 } == 3)
            #expect(try await view.map(0..<100) { $0 } == Array(0..<100))
            var results: [Int] = []
            for try await result in view.imap(0..<50, { $0 }) { results.append(result) }
            #expect(results == Array(0..<50))
            #expect(try await view.apply { Task.currentPriority.rawValue } == TaskPriority.low.rawValue)
        }
    }

    @Test func manyLanesAndPrioritiesAtOnce() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    let view = pool.with(
                        lane: ProcessPool.Lane("customer \(number % 7)"),
                        priority: [.background, .low, .medium, .high][number % 4])
                    group.addTask { try await view.apply(number) { $0 * 2 } == number * 2 }
                    if number % 20 == 0 {
                        group.addTask {
                            try await view.map(0..<50, chunkSize: 3) { $0 } == Array(0..<50)
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}
