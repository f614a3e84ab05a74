import Multiprocessing

/// A queue and a lock go to the tasks of a pool, which in Python takes a manager.
enum P47 {
    static func run() async throws {
        let queue = try SharedQueue<String>()
        let lock = try SharedLock()
        try await withProcessPool(workers: 3) { pool in
            try await pool.map(["a", "b", "c", "d"], with: Tools(queue: queue, lock: lock)) { letter, tools in
                try await tools.lock.withLock {
                    say("working on \(letter)")
                    try await tools.queue.put("\(letter) is done")
                }
            }
        }
        try await queue.finish()
        for try await line in queue { print(line) }
        try await runWithManager()
    }

    /// The same with a queue and a lock of a manager's, as in Python.
    private static func runWithManager() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: String.self)
            let lock = try await manager.lock()
            try await withProcessPool(workers: 3) { pool in
                try await pool.map(["a", "b", "c", "d"]) { letter in
                    try await lock.withLock { try await queue.put("\(letter) is done with the manager's") }
                }
            }
            try await queue.finish()
            for try await line in queue { print(line) }
        }
    }

    /// What all tasks have in common.
    struct Tools: Codable {
        let queue: SharedQueue<String>
        let lock: SharedLock
    }
}
