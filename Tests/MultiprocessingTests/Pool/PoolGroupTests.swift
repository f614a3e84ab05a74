import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Tiny items of a stream travel together, and nobody notices.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolGroupTests {
    /// Where an item has run: the worker, and how many pieces of work that had been given by then.
    private struct Place: Hashable, Codable {
        let item: Int
        let processID: Int32
        let tasks: Int
    }

    @Test func tinyItemsTravelTogether() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            var groups: [[Int]: [Int]] = [:]
            repeat {
                groups = [:]
                let stream = pool.imapUnordered(0..<4000) { (item: Int) in
                    Place(item: item, processID: getpid(), tasks: ProcessPool.Worker.current?.tasks ?? 0)
                }
                for try await place in stream {
                    groups[[Int(place.processID), place.tasks], default: []].append(place.item)
                }
                #expect(groups.values.joined().sorted() == Array(0..<4000))
                // Before anything is known of them, they travel alone.
                #expect(groups.values.contains([0]))
                // On a machine that is busy with other things, they may not be tiny.
            } while groups.values.allSatisfy { $0.count == 1 }
        }
    }

    /// Whatever the place of an item in its group, those behind it go to the other worker.
    @Test(arguments: 0..<10, [ProcessPool.Backend.processes, .threads])
    func noItemWaitsBehindASlowOne(offset: Int, backend: ProcessPool.Backend) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 2, backend: backend) { pool async throws in
            let slow = 600 + offset
            var stream = pool.imapUnordered(
                0..<1500,
                { (item: Int) -> Int in
                    if item == slow { gate.pass() }
                    return item
                }
            ).makeAsyncIterator()
            var items: [Int] = []
            while items.count < 1499, let item = try await stream.next(within: .seconds(120)) {
                items.append(item)
            }
            #expect(items.sorted() == (0..<1500).filter { $0 != slow })
            gate.open()
            #expect(try await stream.next() == slow)
            #expect(try await stream.next() == nil)
        }
    }

    /// The words of a group do not lie side by side, and some of its items suspend.
    @Test func theOrderIsKept() async throws {
        try await withProcessPool(workers: 3) { pool async throws in
            var next = 0
            let words = (0..<3000).lazy.map { "word \($0)" }
            let stream = pool.imap(words) { (word: String) in
                if word.hasSuffix("77") { try await Task.sleep(for: .milliseconds(5)) }
                return word + "!"
            }
            for try await word in stream {
                #expect(word == "word \(next)!")
                next += 1
            }
            #expect(next == 3000)
        }
    }

    /// The others of its group have not died with it.
    @Test func onlyTheItemThatEndsItsWorkerIsLost() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let deadly: Set = [400, 405, 700, 1999]
            var results = pool.imapUnordered(0..<2000) { (item: Int) in
                if deadly.contains(item) { raise(SIGKILL) }
                return item
            }.makeAsyncIterator()
            var items: [Int] = []
            var lost: [Int?] = []
            while true {
                do {
                    guard let item = try await results.next() else { break }
                    items.append(item)
                } catch let error as WorkerDiedError {
                    lost.append(error.item)
                    #expect(error.runTime != nil)
                }
            }
            #expect(items.sorted() == (0..<2000).filter { !deadly.contains($0) })
            #expect(lost.compactMap { $0 }.sorted() == deadly.sorted())
        }
    }

    /// Where tasks are counted, each item is one.
    @Test func aWorkersLimitIsOneOfItems() async throws {
        try await withProcessPool(workers: 1, maxTasksPerChild: 20) { pool async throws in
            var counts: [Int32: Int] = [:]
            for try await process in pool.imapUnordered(0..<100, { _ in getpid() }) {
                counts[process, default: 0] += 1
            }
            #expect(counts.values.allSatisfy { $0 == 20 })
            #expect(counts.count == 5)
        }
    }

    /// What follows such an item was not meant.
    @Test(arguments: [ProcessPool.Backend.processes, .threads])
    func aTaskThatCancelsItselfTakesNothingWithIt(backend: ProcessPool.Backend) async throws {
        try await withProcessPool(workers: 2, backend: backend) { pool async throws in
            var items: [Int] = []
            let stream = pool.imap(0..<40, chunkSize: 8) { (item: Int) in
                if item % 3 == 1 { withUnsafeCurrentTask { unsafe $0?.cancel() } }
                return item
            }
            for try await item in stream { items.append(item) }
            #expect(items == Array(0..<40))
        }
    }

    /// Whoever leaves a stream is not kept waiting by its groups, and nothing of them is counted twice.
    @Test func aStreamThatIsLeftLeavesNothingBehind() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            for round in 1...20 {
                var count = 0
                for try await _ in pool.imapUnordered(0..<100_000, { $0 }) {
                    count += 1
                    if count == 40 * round { break }
                }
            }
            #expect(try await pool.apply(1) { $0 + 1 } == 2)
            let metrics = pool.metrics
            #expect(metrics.queued == 0 && metrics.running == 0)
        }
    }
}
