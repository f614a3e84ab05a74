import Multiprocessing
import TestSupport
import Testing

/// A limit is a `Duration`, so one that is no number cannot even be written; the longest and the shortest can.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ExtremeLimitTests {
    private static let longest = [
        Duration.seconds(Int64.max), .seconds(Int64.max) + .nanoseconds(999_999_999), .seconds(1 << 33),
        .nanoseconds(Int64.max),
    ]
    private static let shortest = [
        Duration.zero, .seconds(Int64.min), .seconds(-1), .nanoseconds(-1), .nanoseconds(Int64.min),
    ]

    @Test("TMC-07: the longest limit is none, in every wait", arguments: longest)
    func long(limit: Duration) async throws {
        let (lock, semaphore, event) = (try SharedLock(), try SharedSemaphore(value: 1), try SharedEvent())
        let queue = try SharedQueue<Int>(capacity: 1)
        let (near, far) = try Connection.pipe()
        // Each of them has to wait for the other task.
        try await lock.acquire()
        try await semaphore.acquire()
        async let locked = lock.acquire(timeout: limit)
        async let permitted = semaphore.acquire(timeout: limit)
        async let happened = event.wait(timeout: limit)
        async let value = queue.get(timeout: limit)
        async let message = near.poll(timeout: limit)
        async let ready = waitAny([event], timeout: limit)
        await Task.yield()
        try lock.release()
        try semaphore.release()
        event.set()
        try await queue.put(1, timeout: limit)
        try await far.send(2)
        #expect(try await locked != nil)
        #expect(try await permitted)
        #expect(try await happened)
        #expect(try await value == 1)
        #expect(try await message)
        #expect(try await ready.count == 1)
        let child = ChildProcess {}
        try await child.start()
        #expect(try await child.join(timeout: limit) == .exited(0))
        try await withProcessPool(workers: 1) { pool in
            let one = try await pool.apply(timeout: limit) { 1 }
            let two = try await pool.applyAsync { 2 }.value(within: limit)
            #expect(one == 1 && two == 2)
        }
    }

    @Test("TMC-07: the shortest limit only tries, in every wait", arguments: shortest)
    func short(limit: Duration) async throws {
        let (lock, semaphore, event) = (try SharedLock(), try SharedSemaphore(value: 0), try SharedEvent())
        let queue = try SharedQueue<Int>(capacity: 1)
        let (near, far) = try Connection.pipe()
        try await lock.acquire()
        #expect(try await lock.acquire(timeout: limit) == nil)
        #expect(try await !semaphore.acquire(timeout: limit))
        #expect(try await !event.wait(timeout: limit))
        #expect(await code { _ = try await queue.get(timeout: limit) } == .queueEmpty)
        #expect(try await !near.poll(timeout: limit))
        #expect(try await waitAny([event], timeout: limit).isEmpty)
        try await far.send(2)
        #expect(try await near.poll(timeout: limit))
    }
}
