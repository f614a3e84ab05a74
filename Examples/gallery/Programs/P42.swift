import Multiprocessing

/// Ten producers and ten consumers on a queue for three, who print under a lock.
enum P42 {
    static func run() async throws {
        let queue = try SharedQueue<Int>(capacity: 3)
        let lock = try SharedLock()
        let producers = (0..<10).map { number in
            ChildProcess(queue, lock, number) { queue, lock, number in
                try await queue.put(number)
                try await lock.withLock { say("put \(number), \(try queue.count) in the queue") }
            }
        }
        let consumers = (0..<10).map { _ in
            ChildProcess(queue, lock) { queue, lock in
                guard let number = try await queue.get() else { return }
                try await lock.withLock { say("got \(number), \(try queue.count) in the queue") }
            }
        }
        for child in producers + consumers { try await child.start() }
        for child in producers + consumers { try await child.join() }
    }
}
