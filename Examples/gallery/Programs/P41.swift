import Multiprocessing

/// Two processes talk to each other over a pipe.
enum P41 {
    static func run() async throws {
        let (left, right) = try Connection.pipe()
        let first = ChildProcess(name: "first", left) { line in
            try await line.send("hello")
            say("first hears: \(try await line.receive(String.self))")
        }
        let second = ChildProcess(name: "second", right) { line in
            say("second hears: \(try await line.receive(String.self))")
            try await line.send("hello, too")
        }
        for child in [first, second] { try await child.start() }
        for child in [first, second] { try await child.join() }
    }
}
