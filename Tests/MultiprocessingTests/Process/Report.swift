import Glibc
import Multiprocessing

/// How a child ended and what it printed.
struct Report: Equatable {
    var status: ChildProcess.ExitStatus
    var output: [String]
    var errors: [String]
}

extension StartOptions {
    /// Both outputs are captured.
    static var captured: StartOptions {
        var options = StartOptions()
        options.standardOutput = .captured
        options.standardError = .captured
        return options
    }
}

extension ChildProcess {
    /// Starts a child with captured outputs and waits for its end.
    @discardableResult
    nonisolated func report() async throws -> Report {
        try await start()
        async let output = standardOutputLines.all()
        async let errors = standardErrorLines.all()
        let status = try await join()
        return Report(status: status, output: try await output, errors: try await errors)
    }
}

extension OutputLines {
    /// All lines, to the end.
    func all() async throws -> [String] {
        try await reduce(into: []) { $0.append($1) }
    }
}

/// Prints a line so that it has left the process when this returns.
func say(_ text: String) {
    print(text)
    fflush(nil)
}

/// The contexts of the start methods that are safe in a program with threads, such as this one.
let everyContext = [ProcessContext(.forkserver), ProcessContext(.spawn)]
