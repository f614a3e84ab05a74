import Multiprocessing

/// Start one process that greets somebody, and join it.
enum P02 {
    static func run() async throws {
        let child = ChildProcess("bob") { name in print("hello \(name)") }
        try await child.start()
        try await child.join()
    }
}
