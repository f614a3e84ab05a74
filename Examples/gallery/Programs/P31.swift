import Glibc
import Multiprocessing

/// How processes end, and the exit codes that tell.
enum P31 {
    static func run() async throws {
        var options = StartOptions()
        options.standardError = .captured
        let failing = ChildProcess(name: "throws", options: options) { throw Failure() }
        let sleeping = ChildProcess(name: "is terminated") { try await Task.sleep(for: .seconds(1000)) }
        let children = [
            ChildProcess(name: "calls exit(1)") { exit(1) },
            ChildProcess(name: "ends normally") {},
            ChildProcess(name: "returns 1", task: One()),
            failing,
            sleeping,
        ]
        for child in children { try await child.start() }
        try sleeping.terminate()
        for child in children { print("\(child.name): \(try await child.join().code)") }
        for try await line in failing.standardErrorLines { print("standard error: \(line)") }
    }

    /// A result is no exit code.
    struct One: ProcessTask {
        func run() -> Int { 1 }
    }

    /// What one of the processes throws.
    struct Failure: Error, CustomStringConvertible {
        var description: String { "there was an error" }
    }
}
