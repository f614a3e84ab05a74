import Multiprocessing

/// One process writes to a queue, with pauses; another one reads until nothing more will come.
enum P46 {
    static func run() async throws {
        let queue = try SharedQueue<String>()
        let writer = ChildProcess(queue) { queue in
            for letter in ["A", "B", "C"] {
                say("putting \(letter)")
                try await queue.put(letter)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        let reader = ChildProcess(queue) { queue in
            for try await letter in queue { say("got \(letter)") }
            say("the reader was told to stop")
        }
        try await writer.start()
        try await reader.start()
        try await writer.join()
        try await queue.finish()
        try await reader.join()
    }
}
