import Multiprocessing

/// A queue carries a value of mixed kinds.
enum P05 {
    static func run() async throws {
        let queue = try SharedQueue<MixedValue>()
        let child = ChildProcess(queue) { queue in try await queue.put([42, nil, "hello"]) }
        try await child.start()
        if let value = try await queue.get() { print(value) }
        try await child.join()
    }
}
