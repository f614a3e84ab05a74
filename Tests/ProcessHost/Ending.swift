import Glibc
import Multiprocessing

/// The end of a program that has children.
enum Ending {
    static func leaveTwoBehind(_ context: ProcessContext) async throws {
        var options = StartOptions()
        options.standardOutput = .captured
        let daemon = ChildProcess(name: "daemon", context: context, daemon: true, options: options) {
            say("\(getpid())")
            while true { try await Task.sleep(for: .seconds(1000)) }
        }
        try await daemon.start()
        var lines = daemon.standardOutputLines.makeAsyncIterator()
        say("daemon \(try await lines.next() ?? "-")")
        var inherited = StartOptions()
        inherited.standardInput = .inherited
        let ordinary = ChildProcess(name: "ordinary", context: context, options: inherited) {
            // It ends when the input does.
            while readLine() != nil {}
            say("ordinary child done")
        }
        try await ordinary.start()
        Finalizer { say("finalizer") }
        Finalizer(priority: -1) {
            say("children ended with \(daemon.exitCode ?? 0) and \(ordinary.exitCode ?? -1)")
        }
        say("main ends")
    }
}
