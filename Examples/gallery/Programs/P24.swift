import Multiprocessing

/// A megabyte on a queue, whose putter is joined before anyone reads: in Python this waits for ever.
enum P24 {
    static func run() async throws {
        let queue = try SharedQueue<String>()
        let child = ChildProcess(queue) { queue in
            try await queue.put(String(repeating: "X", count: 1_000_000))
        }
        try await child.start()
        print("the child ended with code \(try await child.join().code)")
        let text = try await queue.get() ?? ""
        print("\(text.count) characters were in the queue")
    }
}
