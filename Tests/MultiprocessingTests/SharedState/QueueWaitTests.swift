import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct QueueWaitTests {
    @Test("WAI-01: waiting for several queues finds each value once, and each end", arguments: everyContext)
    func severalQueues(context: ProcessContext) async throws {
        let queues = try (0..<4).map { _ in try SharedQueue<Int>() }
        let children = queues.map { queue in
            ChildProcess(queue, context: context) { queue in
                for number in 0..<10 { try await queue.put(number) }
                try await queue.finish()
            }
        }
        for child in children { try await child.start() }
        var open = queues
        var found: [Int] = []
        while !open.isEmpty {
            for queue in try await waitAny(open) {
                guard let number = try await queue.get() else {
                    open.removeAll { $0 === queue }
                    continue
                }
                found.append(number)
            }
        }
        #expect(found.sorted() == (0..<40).map { $0 / 4 })
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test("queues, events, children and descriptors are waited for together")
    func different() async throws {
        let queue = try SharedQueue<Int>()
        let event = try SharedEvent()
        let child = ChildProcess(event) { event in event.set() }
        #expect(try await waitAny([queue, event] as [any Waitable], timeout: .zero).isEmpty)
        try await child.start()
        let first = try await waitAny([queue, event] as [any Waitable])
        #expect(first.count == 1 && first.first is SharedEvent)
        try await child.join()
        let both = try await waitAny([queue, event, child] as [any Waitable])
        #expect(both.count == 2)
    }
}
