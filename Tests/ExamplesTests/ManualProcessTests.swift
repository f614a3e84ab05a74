import Foundation
import Multiprocessing
import TestSupport
import Testing

/// What a preload closure fills, in the manual.
private enum Dictionary {
    nonisolated(unsafe) static var words: [String] = []
    static func load() throws { words = ["a", "b", "c"] }
}

private func serve() async throws {}

/// The code of the manual's chapters on processes.
@Suite(.timeLimit(.minutes(5)), .startsProcesses)
struct ManualProcessTests {
    @Test func childProcesses() async throws {
        let child = ChildProcess(name: "greeter", "bob") { print("hello \($0)") }
        try await child.start()
        let status = try await child.join()
        #expect(status == .exited(0))
    }

    @Test func waiting() async throws {
        let (first, second) = (ChildProcess {}, ChildProcess { exit(3) })
        for child in [first, second] { try await child.start() }
        let ended = try await waitAny([first, second], timeout: .seconds(10))
        #expect(!ended.isEmpty)
        for child in [first, second] { try await child.join() }
    }

    @Test func options() async throws {
        var options = StartOptions()
        options.workingDirectory = "/tmp"
        options.environment = .updated(["LANG": "C", "DEBUG": nil])
        options.limits = [ResourceLimit(.openFiles, 64)]
        options.standardOutput = .captured
        let lister = ChildProcess(options: options) { print("ready") }
        try await lister.start()
        for try await line in lister.standardOutputLines { print("lister: \(line)") }
        #expect(try await lister.join() == .exited(0))
    }

    @Test func startMethods() async throws {
        let spawned = ChildProcess(context: ProcessContext(.spawn)) { print("a fresh image") }
        try await spawned.start()
        #expect(try await spawned.join() == .exited(0))
        // The choice is the program's, so it is made in another one.
        let program = ChildProcess {
            try StartMethod.choose(.spawn)
            exit(StartMethod.current == .spawn ? 0 : 3)
        }
        try await program.start()
        #expect(try await program.join() == .exited(0))
    }

    @Test func preloading() async throws {
        let context = try ProcessContext.forkserver { try Dictionary.load() }
        let reader = ChildProcess(context: context) { print(Dictionary.words.count) }
        try await reader.start()
        #expect(try await reader.join() == .exited(0))
    }

    @Test func ends() async throws {
        let program = ChildProcess {
            let daemon = ChildProcess(daemon: true) { while true { try await Task.sleep(for: .seconds(1)) } }
            Finalizer { print("done") }
            try await daemon.start()
        }
        try await program.start()
        #expect(try await program.join() == .exited(0))
        try await withCancellation(on: [SIGTERM, SIGINT]) { try await serve() }
    }
}
