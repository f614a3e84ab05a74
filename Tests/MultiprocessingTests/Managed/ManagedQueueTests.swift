import Glibc
import Multiprocessing
import TestSupport
import Testing

private struct Squaring: ProcessTask {
    let number: Int
    func run() async throws -> Int { number * number }
}

private struct Storing: ProcessTask {
    let value: ManagedValue<Int>
    func run() async throws { try await value.set(42) }
}

private struct Failing: ProcessTask {
    func run() async throws -> Int { throw TestError() }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagedQueueTests {
    @Test("MGR-08: a queue of size 2 is drained in order by a child", arguments: everyContext)
    func sizeTwo(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let queue = try await manager.queue(of: String.self, capacity: 2)
            let list = try await manager.list(of: String.self)
            for name in ["first", "second"] { try await queue.put(name) }
            #expect(try await queue.isFull)
            #expect(try await !queue.tryPut("third"))
            let child = ChildProcess(queue, list, context: context) { queue, list in
                for try await name in queue { try await list.append(name) }
            }
            try await child.start()
            for name in ["third", "fourth"] { try await queue.put(name) }
            try await queue.finish()
            #expect(try await child.join() == .exited(0))
            #expect(try await list.copy() == ["first", "second", "third", "fourth"])
            #expect(try await queue.isEmpty)
            #expect(try await !queue.isFull)
        }
    }

    @Test("QUE-17: the contract of queues holds for the managed one: limits, ends, errors")
    func contract() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: Int?.self, capacity: 1)
            #expect(await code { _ = try await queue.get(timeout: .zero) } == .queueEmpty)
            #expect(await code { _ = try await queue.get(timeout: .milliseconds(10)) } == .queueEmpty)
            try await queue.put(nil)
            #expect(await code { try await queue.put(1, timeout: .zero) } == .queueFull)
            #expect(await code { try await queue.put(1, timeout: .milliseconds(10)) } == .queueFull)
            #expect(try await queue.get() == .some(nil))
            #expect(try await queue.tryGet() == nil)
            try await queue.put(7)
            #expect(try await queue.count == 1)
            #expect(try await queue.describe() == "ManagedQueue<Optional<Int>>(count: 1 of 1)")
            try await queue.finish()
            #expect(await code { try await queue.put(8) } == .queueFinished)
            #expect(try await queue.get() == 7)
            #expect(try await queue.get() == nil)
            let other = try await manager.queue(of: Int.self)
            let waiting = Task { await code { _ = try await other.get() } }
            try await other.put(1)
            #expect(await waiting.value == nil)
            try await other.put(2)
            try await other.shutdown()
            #expect(try await other.get() == 2)
            #expect(await code { _ = try await other.get() } == .queueShutDown)
            #expect(await code { try await other.put(3) } == .queueShutDown)
            #expect(await code { _ = try await manager.queue(of: Int.self, capacity: 0) } == .invalidArgument)
        }
    }

    @Test("QUE-17: no value is lost or doubled by readers that are cancelled")
    func cancelled() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: Int.self)
            var found: [Int] = []
            for number in 0..<60 {
                let reader = Task { try await queue.get() }
                await Task.yield()
                async let put: Void = queue.put(number)
                reader.cancel()
                if let value = try? await reader.value { found.append(value) }
                try await put
            }
            while let value = try await queue.tryGet() { found.append(value) }
            #expect(found == Array(0..<60))
        }
    }

    @Test("QUE-17: producers and consumers in several processes")
    func traffic() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: Int.self, capacity: 3)
            let results = try await manager.queue(of: Int.self)
            try await withProcessPool(workers: 4) { pool in
                let consumers = try (0..<2).map { _ in
                    try pool.applyAsync(queue, results) { queue, results in
                        for try await number in queue { try await results.put(number * 2) }
                    }
                }
                try await pool.map(0..<2, chunkSize: 1) { producer in
                    for number in 0..<50 { try await queue.put(100 * producer + number) }
                }
                try await queue.finish()
                for consumer in consumers { try await consumer.value }
            }
            try await results.finish()
            var sum = 0
            for try await number in results { sum += number }
            #expect(sum == 2 * (2 * 49 * 25 + 50 * 100))
        }
    }

    @Test("QUE-17: a joinable queue knows what is done, and tells what was lost")
    func joinable() async throws {
        try await withManager { manager in
            let queue = try await manager.joinableQueue(of: Int.self)
            for number in 0..<4 { try await queue.put(number) }
            #expect(try await !queue.join(timeout: .zero))
            let child = ChildProcess(queue) { queue in
                for _ in 0..<2 {
                    _ = try await queue.get()
                    try await queue.taskDone()
                }
                _ = try await queue.get()
                kill(getpid(), SIGKILL)
            }
            try await child.start()
            #expect(try await child.join() == .signaled(SIGKILL))
            #expect(try await queue.get() == 3)
            try await queue.taskDone()
            #expect(await code { try await queue.join() } == .abandoned)
            #expect(try await queue.join())
            #expect(try await queue.unfinishedCount == 0)
            #expect(await code { try await queue.taskDone() } == .tooManyDone)
        }
    }

    @Test("P47: a manager's queue and lock go to the tasks of a pool")
    func inPools() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: String.self)
            let lock = try await manager.lock()
            try await withProcessPool(workers: 2) { pool in
                try await pool.map(["a", "b", "c"]) { letter in
                    try await lock.withLock { try await queue.put(letter) }
                }
            }
            var letters: Set<String> = []
            while let letter = try await queue.tryGet() { letters.insert(letter) }
            #expect(letters == ["a", "b", "c"])
        }
    }

    // MARK: Pools

    @Test("MGR-09: a pool in the manager is used from here and from a child")
    func pools() async throws {
        try await withManager { manager in
            let pool = try await manager.pool(workers: 2, running: [Squaring.self, Storing.self])
            #expect(try await pool.apply(Squaring(number: 7)) == 49)
            #expect(try await pool.map((0..<10).map { Squaring(number: $0) }) == (0..<10).map { $0 * $0 })
            let value = try await manager.value(0)
            try await pool.apply(Storing(value: value))
            #expect(try await value.value == 42)
            let child = ChildProcess(pool) { pool in
                guard try await pool.apply(Squaring(number: 9)) == 81 else { throw TestError() }
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            #expect(await code { _ = try await pool.apply(Failing()) } == .notExported)
        }
    }

    @Test("MGR-09: an error of a managed pool's task is thrown to its caller")
    func failingPool() async throws {
        try await withManager { manager in
            let pool = try await manager.pool(workers: 1, running: [Failing.self])
            await #expect(throws: (any Error).self) { try await pool.apply(Failing()) }
        }
    }
}
