import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Made while the program's globals are.
private let earlyQueue = Result {
    let queue = try SharedQueue<Int>()
    try queue.putBlocking(8)
    return (queue, try queue.getBlocking(timeout: .seconds(3)))
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct QueueUseTests {
    @Test("QUE-08: a queue can be made, filled and drained by a global's initialiser")
    func global() throws {
        let (queue, value) = try earlyQueue.get()
        #expect(try value == 8 && queue.isEmpty)
    }

    @Test("QUE-11: an error of a value's own encoding is the putter's, and the queue goes on")
    func encoding() async throws {
        let queue = try SharedQueue<Stubborn>(capacity: 1)
        #expect(await code { try await queue.put(Stubborn(isStubborn: true)) } == .unencodable)
        #expect(await code { _ = try queue.tryPut(Stubborn(isStubborn: true)) } == .unencodable)
        #expect(try queue.tryPut(Stubborn(isStubborn: false)))
        #expect(try await queue.get()?.isStubborn == false)
    }

    @Test("QUE-17 QUE-28: the contract holds between the tasks and threads of one process")
    func oneProcess() async throws {
        let queue = try SharedQueue<Int>(capacity: 3)
        let sum = try SharedAtomic(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<3 {
                group.addTask { for number in 0..<100 { try await queue.put(producer * 100 + number) } }
            }
            for _ in 0..<2 {
                group.addTask { for try await number in queue { sum.add(number) } }
            }
            for _ in 0..<3 { try await group.next() }
            try await queue.finish()
            try await group.waitForAll()
        }
        #expect(sum.load() == (0..<300).reduce(0, +))
        #expect(await code { try await queue.put(1) } == .queueFinished)
    }

    @Test("QUE-26: a value that puts another one while it is encoded harms neither")
    func nested() async throws {
        let inner = try SharedQueue<Int>()
        let outer = try SharedQueue<Gossip>()
        try await outer.put(Gossip(inner: inner))
        #expect(try await inner.get() == 1)
        #expect(try await outer.get() != nil)
    }

    @Test(
        "QUE-30: a putter that waits for space goes on when a killed reader's hands are emptied",
        arguments: everyContext)
    func killedReader(context: ProcessContext) async throws {
        let queue = try SharedQueue<[UInt8]>(capacity: 1)
        let ready = try SharedEvent()
        let reader = ChildProcess(queue, ready, context: context) { queue, ready in
            ready.set()
            for try await _ in queue {}
        }
        try await reader.start()
        try await ready.wait()
        kill(try #require(reader.pid), SIGKILL)
        try await reader.join()
        // Whatever it had in hand does not take anybody's place.
        try await queue.put([1], timeout: .seconds(20))
        #expect(try await queue.get() == [1])
    }
}

private struct Stubborn: Codable, Sendable {
    let isStubborn: Bool

    init(isStubborn: Bool) { self.isStubborn = isStubborn }

    func encode(to encoder: any Encoder) throws {
        if isStubborn { throw TestError() }
        var container = encoder.singleValueContainer()
        try container.encode(isStubborn)
    }

    init(from decoder: any Decoder) throws {
        isStubborn = try decoder.singleValueContainer().decode(Bool.self)
    }
}

private struct Gossip: Codable, Sendable {
    let inner: SharedQueue<Int>

    private enum CodingKeys: CodingKey { case inner }

    func encode(to encoder: any Encoder) throws {
        try inner.putBlocking(1)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inner, forKey: .inner)
    }
}
