import Multiprocessing

/// A value of a type of one's own goes through a queue, and its method runs in the child.
enum P33 {
    static func run() async throws {
        let queue = try SharedQueue<Fancy>()
        let child = ChildProcess(queue) { queue in
            try await queue.get()?.doSomething()
        }
        try await child.start()
        try await queue.put(Fancy(name: "Fancy Dan"))
        try await child.join()
    }

    /// What is sent.
    struct Fancy: Codable {
        let name: String

        func doSomething() {
            print("Doing something fancy in \(ChildProcess.current.name) for \(name)!")
        }
    }
}
