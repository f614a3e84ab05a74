import Glibc
import Multiprocessing

/// A program of its own, for what a test cannot do in the process that runs the tests.
@main enum Host {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let command = arguments.first.flatMap(Command.init) else {
            print("usage: ProcessHost \(Command.allCases.map(\.rawValue).joined(separator: " | ")) METHOD")
            exit(64)
        }
        let method = try StartMethod(named: arguments.dropFirst().first ?? "forkserver")
        try await command.run(ProcessContext(method))
    }
}

/// What the program can be asked to do.
enum Command: String, CaseIterable {
    /// Ends while a daemon and an ordinary child run.
    case end
    /// The same, by `exit` in the middle of things.
    case exit
    /// Replaces its own file, and starts children then.
    case replace
    /// Maps three numbers in five workers, after it has gone to another directory.
    case map
    /// Sends signals to a child whose number belongs to somebody else by now.
    case reuse
    /// Starts one child after another, until it is killed.
    case startMany
    /// Removes names of shared memory whose owners were killed.
    case cleaning
    /// Makes more shared memory than there is room for.
    case fullMemory
    /// Connects to an address with a key, both from the command line, and delivers a message.
    case deliver
    /// Starts a child that nobody may look into.
    case close

    func run(_ context: ProcessContext) async throws {
        switch self {
        case .end: try await Ending.leaveTwoBehind(context)
        case .exit:
            try await Ending.leaveTwoBehind(context)
            Glibc.exit(3)
        case .replace: try await replaceOwnFile(context)
        case .map:
            let squares = try await withProcessPool(workers: 5, context: context) { pool in
                _ = chdir("/")
                return try await pool.map([1, 2, 3]) { $0 * $0 }
            }
            print(squares)
        case .reuse: try await NumberReuse.run(context)
        case .startMany: try await startWithoutEnd(context)
        case .cleaning: try await MemoryScenes.clean(context)
        case .fullMemory: try MemoryScenes.fill()
        case .deliver: try await deliverMessage()
        case .close: try await startClosed(context)
        }
    }
}

private func deliverMessage() async throws {
    let words = CommandLine.arguments
    let address = try ListenerAddress(words[3])
    let key = try AuthenticationKey(Array(words[4].utf8))
    try await withConnection(to: address, key: key) { connection in
        try await connection.send("delivered by \(getpid())")
        _ = try await connection.receive(Bool.self)
    }
}

private func startClosed(_ context: ProcessContext) async throws {
    var options = StartOptions()
    options.isInspectable = false
    let child = ChildProcess(context: context, options: options) { say("told") }
    do {
        try await child.start()
        try await child.join()
    } catch let error as MultiprocessingError {
        say("\(error.code)")
    }
}

/// Writes a text at once, past every buffer, so that lines of several processes keep their order.
func say(_ text: String) {
    print(text)
    fflush(nil)
}

private func replaceOwnFile(_ context: ProcessContext) async throws {
    let path = CommandLine.arguments[0]
    let other = path + ".new"
    let file = creat(other, 0o755)
    let text = "#!/bin/sh\necho another program\n"
    _ = text.withCString { write(file, $0, strlen($0)) }
    close(file)
    guard rename(other, path) == 0 else { exit(2) }
    for number in 1...3 {
        let child = ChildProcess(number, context: context) { say("child \($0)") }
        try await child.start()
        try await child.join()
    }
}

/// Until it is killed, but for some seconds at most: nobody is left to do that when the tests themselves are killed.
private func startWithoutEnd(_ context: ProcessContext) async throws {
    say("\(getpid())")
    let end = ContinuousClock.now + .seconds(10)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
            group.addTask {
                while ContinuousClock.now < end {
                    let child = ChildProcess(context: context) { usleep(500) }
                    try await child.start()
                    try await child.join()
                }
            }
        }
        try await group.waitForAll()
    }
}
