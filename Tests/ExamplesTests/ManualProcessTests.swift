import Foundation
import Multiprocessing
import MultiprocessingFoundation
import TestSupport
import Testing

/// What a preload closure fills, in the manual.
private enum Dictionary {
    nonisolated(unsafe) static var words: [String] = []
    static func load() throws { words = ["a", "b", "c"] }
}

private func serve() async throws {}

/// What the manual puts on queues.
private struct Order: Codable, Equatable {
    let id: Int
}

/// What a program in Python asks for.
private struct Job: Codable {
    var pages = 4
    var copies = 3
}

/// The code of the manual's chapters on processes and on what they have in common.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualProcessTests {
    @Test func childProcesses() async throws {
        let child = ChildProcess(name: "greeter", "bob") { print("hello \($0)") }
        try await child.start()
        let status = try await child.join()
        #expect(status == .exited(0))
    }

    @Test func waiting() async throws {
        let (first, second) = (ChildProcess {}, ChildProcess { exit(3) })
        for child in [first, second] { try await child.start() }
        let ended = try await waitAny([first, second], timeout: .seconds(10))
        #expect(!ended.isEmpty)
        for child in [first, second] { try await child.join() }
    }

    @Test func options() async throws {
        var options = StartOptions()
        options.workingDirectory = "/tmp"
        options.environment = .updated(["LANG": "C", "DEBUG": nil])
        options.limits = [ResourceLimit(.openFiles, 64)]
        options.standardOutput = .captured
        let lister = ChildProcess(options: options) { print("ready") }
        try await lister.start()
        for try await line in lister.standardOutputLines { print("lister: \(line)") }
        #expect(try await lister.join() == .exited(0))
    }

    @Test func startMethods() async throws {
        let spawned = ChildProcess(context: ProcessContext(.spawn)) { print("a fresh image") }
        try await spawned.start()
        #expect(try await spawned.join() == .exited(0))
        // The choice is the program's, so it is made in another one.
        let program = ChildProcess {
            try StartMethod.choose(.spawn)
            exit(StartMethod.current == .spawn ? 0 : 3)
        }
        try await program.start()
        #expect(try await program.join() == .exited(0))
    }

    @Test func preloading() async throws {
        let context = try ProcessContext.forkserver { try Dictionary.load() }
        let reader = ChildProcess(context: context) { print(Dictionary.words.count) }
        try await reader.start()
        #expect(try await reader.join() == .exited(0))
    }

    @Test func ends() async throws {
        let program = ChildProcess {
            let daemon = ChildProcess(daemon: true) { while true { try await Task.sleep(for: .seconds(1)) } }
            Finalizer { print("done") }
            try await daemon.start()
        }
        try await program.start()
        #expect(try await program.join() == .exited(0))
        try await withCancellation(on: [SIGTERM, SIGINT]) { try await serve() }
    }

    @Test func talkingToPython() async throws {
        let secret = Array("a secret of sixteen bytes or more".utf8)
        let address = ListenerAddress.tcp()
        let key = try AuthenticationKey(secret)
        let listener = try await Listener(address, key: key, protocol: .cpython)
        let client = Task {
            defer { listener.close() }
            let connection = try await Connection.connect(to: listener.address, key: key, protocol: .cpython)
            defer { connection.close() }
            try await connection.send(json: Job())
            return try await connection.receive(json: [String: Int].self)
        }
        for try await connection in listener.connections {
            for try await job in connection.messages(json: Job.self) {
                try await connection.send(json: ["total": job.pages * job.copies])
            }
        }
        #expect(try await client.value == ["total": 12])
    }

    // MARK: What processes have in common

    @Test func queues() async throws {
        let queue = try SharedQueue<Order>(capacity: 100)
        let billing = ChildProcess(name: "billing", queue) { queue in
            for try await order in queue { print("billed order \(order.id)") }
        }
        try await billing.start()
        try await queue.put(Order(id: 7))
        try await queue.finish()
        try await billing.join()
        #expect(billing.exitCode == 0)
        #expect(try queue.isEmpty)
    }

    @Test func valuesInCommon() async throws {
        var output: [Int] = []
        func print(_ square: Int) { output.append(square) }
        let queue = try SharedQueue<Int>()
        try await withProcessPool { pool in
            try await pool.map(1...3, with: queue) { number, queue in try await queue.put(number * number) }
        }
        try await queue.finish()
        for try await square in queue { print(square) }
        #expect(output.sorted() == [1, 4, 9])
    }

    @Test func handlesAreCapturedLikeAnyValue() async throws {
        let queue = try SharedQueue<Order>()
        let lock = try SharedLock()
        let child = ChildProcess {
            try await lock.withLock { try await queue.put(Order(id: 1)) }
            try await queue.finish()
        }
        try await child.start()
        var orders: [Order] = []
        for try await order in queue { orders.append(order) }
        #expect(orders == [Order(id: 1)])
        #expect(try await child.join() == .exited(0))
    }

    @Test func handlesHaveNoFormElsewhere() throws {
        let queue = try SharedQueue<Order>()
        let error = #expect(throws: MultiprocessingError.self) { try JSONEncoder().encode(queue) }
        #expect(error?.code == .notTransferable)
    }

    @Test func acknowledgedAndJoinableQueues() async throws {
        let jobs = try SharedQueue<Order>(redelivers: true)
        try await jobs.put(Order(id: 8))
        if let job = try await jobs.take() {
            print("working on order \(job.value.id)")
            job.acknowledge()
        }
        try await jobs.finish()
        #expect(try await jobs.take() == nil)

        let tasks = try JoinableQueue<Int>()
        for number in 0..<10 { try await tasks.put(number) }
        let worker = ChildProcess(tasks) { tasks in
            for try await number in tasks {
                print(number * number)
                try tasks.taskDone()
            }
        }
        try await worker.start()
        try await tasks.join()
        try await tasks.finish()
        #expect(try await worker.join() == .exited(0))
        #expect(try tasks.unfinishedCount == 0)
    }

    @Test func connections() async throws {
        let (here, there) = try Connection.pipe()
        let echo = ChildProcess(there) { line in
            for try await text in line.messages(of: String.self) { try await line.send(text.uppercased()) }
        }
        try await echo.start()
        there.close()
        try await here.send("hello")
        let answer = try await here.receive(String.self)
        here.close()
        try await echo.join()
        #expect(answer == "HELLO")
        #expect(echo.exitCode == 0)
    }

    @Test func locks() async throws {
        let lock = try SharedLock()
        try await lock.withLock { print("alone") }
        let semaphore = try SharedSemaphore(value: 3)
        try await semaphore.withPermit { print("one of three") }
        #expect(semaphore.value == 3)

        let victim = ChildProcess(lock) { lock in
            try await lock.withLock { _ = kill(getpid(), SIGKILL) }
        }
        try await victim.start()
        #expect(try await victim.join() == .signaled(SIGKILL))
        await #expect(throws: OwnerDiedError.self) { try await lock.withLock {} }
        func mend(_ pid: Int32) { print("mending what process \(pid) left") }
        try await lock.withLock(recovering: mend) { print("alone again") }
        try await lock.withLock {}
    }

    @Test func conditions() async throws {
        let stage = try SharedValue(raw: 0)
        let condition = try SharedCondition()
        let follower = ChildProcess(condition, stage) { condition, stage in
            try await condition.withLock {
                try await condition.wait(until: { stage.value == 1 })
                print("stage 2")
            }
        }
        try await follower.start()
        try await condition.withLock {
            stage.value = 1
            try condition.notifyAll()
        }
        #expect(try await follower.join() == .exited(0))
    }

    @Test func sharedMemory() async throws {
        let total = try SharedValue(0.0)
        try await total.withLock { $0 += 1 }
        let samples = try SharedArray<Float>(repeating: 0, count: 1_000_000)
        samples[0] = 1
        try await samples.withLock { $0[1] = samples[0] + 1 }
        let largest = samples.max()
        let done = try SharedAtomic(0)
        done.add(1)
        #expect(total.value == 1)
        #expect(done.load() == 1)
        #expect(largest == 2)

        let memory = try SharedMemory(count: 1 << 20)
        try memory.write([1, 2, 3], at: 0)
        let row = try SharedList(["howdy", -273.154, 100, nil, true])
        try row.set(42, at: 2)
        #expect(try memory.copyBytes(0..<3) == [1, 2, 3])
        #expect(row[2] == 42)
    }
}
