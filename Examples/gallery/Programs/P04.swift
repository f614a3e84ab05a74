import Multiprocessing

/// Choose the start method of a program once and for all; contexts allow several methods side by side.
enum P04 {
    static func run() async throws {
        // A choice is made for a whole program, so it is made in one that does nothing else.
        let program = ChildProcess(name: "program", choose)
        try await program.start()
        try await program.join()
    }

    static func choose() async throws {
        try StartMethod.choose(.spawn)
        say("by choice: \(try await greeting(from: .default))")
        do {
            try StartMethod.choose(.fork)
        } catch {
            say("a second choice: \(error)")
        }
        for method in StartMethod.supported {
            say("by \(method): \(try await greeting(from: ProcessContext(method)))")
        }
    }

    static func greeting(from context: ProcessContext) async throws -> String {
        let queue = try SharedQueue<String>()
        let child = ChildProcess(queue, context: context) { try await $0.put("hello") }
        try await child.start()
        try await child.join()
        return try await queue.get() ?? "nothing"
    }
}
