import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct QueueTests {
    @Test("QUE-01 QUE-02: a bounded queue fills, and a full one refuses at once")
    func bounded() async throws {
        let queue = try SharedQueue<Int>(capacity: 6)
        #expect(try queue.isEmpty && !queue.isFull)
        try await queue.put(1)
        try await queue.put(2, timeout: .seconds(1))
        try await queue.put(3, timeout: .zero)
        #expect(try queue.tryPut(4))
        try queue.putBlocking(5)
        try queue.putBlocking(6, timeout: .seconds(-1))
        #expect(try !queue.isEmpty && queue.isFull && queue.count == 6)
        #expect(try !queue.tryPut(7))
        #expect(await code { try await queue.put(7, timeout: .zero) } == .queueFull)
        #expect(await code { try await queue.put(7, timeout: .milliseconds(1)) } == .queueFull)
        #expect(await code { try queue.putBlocking(7, timeout: .zero) } == .queueFull)
        #expect(try queue.count == 6)
    }

    @Test(
        "QUE-04 QUE-25: what a child puts comes in order, through every form of get", arguments: everyContext)
    func order(context: ProcessContext) async throws {
        let queue = try SharedQueue<[Int]>()
        let child = ChildProcess(queue, context: context) { queue in
            for number in 1...4 { try await queue.put([number]) }
        }
        try await child.start()
        try await child.join()
        #expect(try await queue.get() == [1])
        #expect(try await queue.get(timeout: .seconds(10)) == [2])
        #expect(try queue.tryGet() == [3])
        #expect(try queue.getBlocking() == [4])
        #expect(try queue.tryGet() == nil)
    }

    @Test("QUE-07: the count follows puts and gets")
    func counting() async throws {
        let queue = try SharedQueue<String>()
        var counts = [try queue.count]
        for _ in 0..<2 {
            try await queue.put("x")
            counts.append(try queue.count)
        }
        for _ in 0..<2 {
            _ = try await queue.get()
            counts.append(try queue.count)
        }
        #expect(counts == [0, 1, 2, 1, 0])
    }

    @Test("QUE-09: a limited get on an empty queue fails, not before its time")
    func emptyGet() async throws {
        let queue = try SharedQueue<Int>()
        let start = ContinuousClock.now
        #expect(await code { _ = try await queue.get(timeout: .milliseconds(200)) } == .queueEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(200))
    }

    @Test(
        "P24: a process that has put a megabyte, or many, can be joined before anyone reads",
        arguments: [1 << 20, 40 << 20])
    func joinBeforeReading(size: Int) async throws {
        let queue = try SharedQueue<[UInt8]>()
        let child = ChildProcess(queue, size) { queue, size in
            try await queue.put((0..<size).map { UInt8(truncatingIfNeeded: $0 / 3) })
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        let bytes = try #require(try await queue.get())
        #expect(bytes.count == size && bytes[size - 2] == UInt8(truncatingIfNeeded: (size - 2) / 3))
        #expect(try queue.isEmpty)
    }

    @Test("values of all sizes go through and come back whole, in bounded and unbounded queues")
    func sizes() async throws {
        for capacity in [nil, 3] {
            let queue = try SharedQueue<[UInt8]>(capacity: capacity)
            let back = try SharedQueue<[UInt8]>(capacity: capacity)
            let child = ChildProcess(queue, back) { queue, back in
                for try await bytes in queue { try await back.put(bytes) }
                try await back.finish()
            }
            try await child.start()
            let sizes = [0, 1, 7, 60, 8 << 10, (8 << 10) + 1, 100_000, 3 << 20, 5]
            async let sent: Void = {
                for size in sizes { try await queue.put([UInt8](repeating: UInt8(size % 251), count: size)) }
                try await queue.finish()
            }()
            var received: [Int] = []
            for try await bytes in back {
                #expect(bytes.allSatisfy { $0 == UInt8(bytes.count % 251) })
                received.append(bytes.count)
            }
            try await sent
            #expect(received == sizes)
            #expect(try await child.join() == .exited(0))
        }
    }

    @Test(
        "QUE-19 SFR-13: several senders' messages of all sizes arrive whole, once, in each sender's order",
        arguments: everyContext)
    func senders(context: ProcessContext) async throws {
        let queue = try SharedQueue<Message>(capacity: 10)
        let children = (0..<4).map { sender in
            ChildProcess(queue, sender, context: context) { queue, sender in
                for number in 0..<60 {
                    try await queue.put(
                        Message(sender: sender, number: number, size: [10, 20_000, 200_000][number % 3]))
                }
            }
        }
        for child in children { try await child.start() }
        var next = [0, 0, 0, 0]
        for _ in 0..<240 {
            let message = try #require(try await queue.get())
            #expect(message.isWhole && message.number == next[message.sender])
            next[message.sender] += 1
        }
        for child in children { #expect(try await child.join() == .exited(0)) }
        #expect(try queue.isEmpty)
    }

    @Test(
        "many producers and consumers, tasks and processes, lose and double nothing", arguments: everyContext)
    func manyToMany(context: ProcessContext) async throws {
        let queue = try SharedQueue<Int>(capacity: 5)
        let results = try SharedQueue<Int>()
        let consumers = (0..<3).map { _ in
            ChildProcess(queue, results, context: context) { queue, results in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask { for try await number in queue { try await results.put(number) } }
                    }
                    try await group.waitForAll()
                }
            }
        }
        let producers = (0..<3).map { producer in
            ChildProcess(queue, producer, context: context) { queue, producer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for part in 0..<2 {
                        group.addTask {
                            for index in 0..<200 { try await queue.put((producer * 2 + part) * 200 + index) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        for child in consumers + producers { try await child.start() }
        for child in producers { #expect(try await child.join() == .exited(0)) }
        try await queue.finish()
        for child in consumers { #expect(try await child.join() == .exited(0)) }
        try await results.finish()
        var found: [Int] = []
        for try await number in results { found.append(number) }
        #expect(found.sorted() == Array(0..<1200))
    }

    @Test("QUE-12 QUE-13: closed handles refuse, others go on")
    func closing() async throws {
        let queue = try SharedQueue<Int>()
        let unused = try SharedQueue<Int>()
        #expect(try unused.isEmpty)
        unused.close()
        unused.close()
        try await queue.put(1)
        queue.close()
        #expect(await code { try await queue.put(2) } == .closed)
        #expect(await code { _ = try await queue.get() } == .closed)
        #expect(await code { _ = try queue.isEmpty } == .closed)
        #expect("\(queue)" == "SharedQueue<Int>(closed)")
    }

    @Test("a finished queue drains, ends its readers and refuses more", arguments: everyContext)
    func finishing(context: ProcessContext) async throws {
        let queue = try SharedQueue<Int>()
        let child = ChildProcess(queue, context: context, options: .captured) { queue in
            for try await number in queue { say("\(number)") }
            say("end")
        }
        for number in 0..<3 { try await queue.put(number) }
        try await queue.finish()
        #expect(await code { try await queue.put(4) } == .queueFinished)
        #expect(try await child.report().output == ["0", "1", "2", "end"])
        #expect(try await queue.get() == nil)
        #expect(await code { _ = try queue.tryGet() } == .queueFinished)
    }

    @Test(
        "QUE-15: after a shutdown what is left can be taken by another process, then everything fails",
        arguments: everyContext)
    func shutdown(context: ProcessContext) async throws {
        let queue = try SharedQueue<String>()
        try await queue.put("left")
        try queue.shutdown()
        #expect(await code { try await queue.put("more") } == .queueShutDown)
        let child = ChildProcess(queue, context: context, options: .captured) { queue in
            say(try await queue.get() ?? "-")
            say(await code { _ = try await queue.get() }?.description ?? "-")
        }
        #expect(try await child.report().output == ["left", "queueShutDown"])
        #expect(await code { _ = try await queue.get() } == .queueShutDown)
    }

    @Test(
        "QUE-16: an immediate shutdown drops what is left, and ends all waits in every process",
        arguments: everyContext)
    func immediateShutdown(context: ProcessContext) async throws {
        let queue = try SharedQueue<Int>(capacity: 2)
        let started = try SharedEvent()
        for number in 0..<2 { try await queue.put(number) }
        let child = ChildProcess(queue, started, context: context, options: .captured) { queue, started in
            started.set()
            say(await code { try await queue.put(3) }?.description ?? "-")
        }
        try await child.start()
        try await started.wait()
        try queue.shutdown(immediately: true)
        #expect(try queue.count == 0)
        #expect(await code { _ = try await queue.get() } == .queueShutDown)
        var lines = child.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "queueShutDown")
        #expect(try await child.join() == .exited(0))
    }

    @Test("a cancelled wait takes and puts nothing")
    func cancelling() async throws {
        let queue = try SharedQueue<Int>(capacity: 1)
        let getting = Task { try await queue.get() }
        getting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await getting.value }
        try await queue.put(1)
        let putting = Task { try await queue.put(2) }
        putting.cancel()
        await #expect(throws: CancellationError.self) { try await putting.value }
        #expect(try await queue.get() == 1)
        #expect(try queue.isEmpty)
    }

    @Test("QUE-27 QUE-29: a put into a full queue and a get from an empty one wait, and are woken once")
    func waiting() async throws {
        let queue = try SharedQueue<Int>(capacity: 1)
        async let first = queue.get()
        try await queue.put(1)
        #expect(try await first == 1)
        try await queue.put(2)
        async let third: Void = queue.put(3)
        #expect(try await queue.get() == 2)
        try await third
        #expect(try await queue.get() == 3)
    }

    @Test("QUE-31: what was put before anyone else had the queue is delivered", arguments: everyContext)
    func early(context: ProcessContext) async throws {
        let queue = try SharedQueue<Int>()
        for number in 0..<100 { try await queue.put(number) }
        try await queue.finish()
        let child = ChildProcess(queue, context: context, options: .captured) { queue in
            var sum = 0
            for try await number in queue { sum += number }
            say("\(sum)")
        }
        #expect(try await child.report().output == ["4950"])
    }

    @Test("FDP-06 FDP-14: handles travel through queues, their own queue among them", arguments: everyContext)
    func handles(context: ProcessContext) async throws {
        let queue = try SharedQueue<Handles>()
        let child = ChildProcess(queue, context: context) { queue in
            for try await handles in queue {
                handles.event.set()
                try await handles.replies.put(handles.text)
            }
        }
        try await child.start()
        for number in 0..<50 {
            let handles = Handles(text: "\(number)", event: try SharedEvent(), replies: try SharedQueue())
            try await queue.put(handles)
            try await handles.event.wait()
            #expect(try await handles.replies.get() == "\(number)")
        }
        try await queue.finish()
        #expect(try await child.join() == .exited(0))
        let nested = try SharedQueue<SharedQueue<Int>>()
        let inner = try SharedQueue<Int>()
        try await nested.put(inner)
        let same = try #require(try await nested.get())
        try await same.put(5)
        #expect(try await inner.get() == 5)
    }

    // MARK: Simple and joinable ones

    @Test("SQU-01 SQU-02: a simple queue is empty or not, in order, and closes", arguments: everyContext)
    func simple(context: ProcessContext) async throws {
        let queue = try SimpleQueue<Int>()
        let child = ChildProcess(queue, context: context, options: .captured) { queue in
            say("\(try queue.isEmpty)")
            try await queue.put(1)
            say("\(try queue.isEmpty)")
            try await queue.put(2)
        }
        #expect(try queue.isEmpty)
        #expect(try await child.report().output == ["true", "false"])
        #expect(try !queue.isEmpty)
        #expect(try await [queue.get(), queue.get()] == [1, 2])
        queue.close()
        #expect(await code { _ = try queue.isEmpty } == .closed)
    }

    @Test(
        "JQU-02: a join waits for the last item, also after a shutdown, and counts what is done",
        arguments: everyContext)
    func joining(context: ProcessContext) async throws {
        let queue = try JoinableQueue<Int>()
        let joined = try SharedEvent()
        for number in 0..<3 { try await queue.put(number) }
        try queue.shutdown()
        let joiner = ChildProcess(queue, joined, context: context) { queue, joined in
            try await queue.join()
            joined.set()
        }
        try await joiner.start()
        for _ in 0..<3 { _ = try await queue.get() }
        #expect(try await !queue.join(timeout: .milliseconds(10)))
        for _ in 0..<2 { try queue.taskDone() }
        #expect(try !joined.isSet && queue.unfinishedCount == 1)
        try queue.taskDone()
        try await joined.wait()
        #expect(await code { try queue.taskDone() } == .tooManyDone)
        #expect(try await joiner.join() == .exited(0))
    }

    @Test("JQU-03: an immediate shutdown leaves only what was taken to be joined")
    func joiningAfterShutdown() async throws {
        let untouched = try JoinableQueue<Int>()
        for number in 0..<3 { try await untouched.put(number) }
        try untouched.shutdown(immediately: true)
        #expect(try await untouched.join())
        let queue = try JoinableQueue<Int>()
        for number in 0..<3 { try await queue.put(number) }
        _ = try await queue.get()
        try queue.shutdown(immediately: true)
        #expect(try await !queue.join(timeout: .milliseconds(10)))
        try queue.taskDone()
        #expect(try await queue.join())
    }

    // MARK: Deaths

    @Test("FQU-04: a join tells of items whose process was killed", arguments: everyContext)
    func abandoned(context: ProcessContext) async throws {
        let queue = try JoinableQueue<Int>()
        for number in 0..<3 { try await queue.put(number) }
        let child = ChildProcess(queue, context: context) { queue in
            _ = try await queue.get()
            _ = try await queue.get()
            try queue.taskDone()
            kill(getpid(), SIGKILL)
        }
        try await child.start()
        try await child.join()
        _ = try await queue.get()
        try queue.taskDone()
        #expect(await code { try await queue.join() } == .abandoned)
        #expect(try await queue.join())
    }

    @Test(
        "FQU-02: a queue that delivers again gives a killed reader's value to the next, in its place",
        arguments: everyContext)
    func redelivery(context: ProcessContext) async throws {
        let queue = try SharedQueue<Int>(redelivers: true)
        for number in 0..<4 { try await queue.put(number) }
        let child = ChildProcess(queue, context: context) { queue in
            for try await number in queue where number == 2 { kill(getpid(), SIGKILL) }
        }
        try await child.start()
        try await child.join()
        try await queue.finish()
        var found: [Int] = []
        for try await number in queue { found.append(number) }
        #expect(found == [2, 3])
        let second = try SharedQueue<Int>(redelivers: true)
        try await second.put(1)
        let delivery = try #require(try await second.take())
        #expect(try delivery.value == 1 && second.isEmpty)
        delivery.reject()
        #expect(try await second.take()?.value == 1)
    }
}

struct Message: Codable, Sendable {
    let sender: Int
    let number: Int
    let bytes: [UInt8]

    init(sender: Int, number: Int, size: Int) {
        self.sender = sender
        self.number = number
        bytes = [UInt8](repeating: UInt8((sender * 31 + number) % 256), count: size)
    }

    var isWhole: Bool {
        bytes.count == [10, 20_000, 200_000][number % 3]
            && bytes.allSatisfy { $0 == UInt8((sender * 31 + number) % 256) }
    }
}

private struct Handles: Codable, Sendable {
    let text: String
    let event: SharedEvent
    let replies: SharedQueue<String>
}
