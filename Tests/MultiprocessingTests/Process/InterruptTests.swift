import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct InterruptTests {
    @Test(
        "PRC-12: an interrupt ends a child with code 1 and one line, also one that computes",
        arguments: everyContext)
    func interrupt(context: ProcessContext) async throws {
        let waits = ChildProcess(name: "waits", context: context, options: .captured) {
            say("ready")
            try await Task.sleep(for: .seconds(1000))
        }
        let computes = ChildProcess(name: "computes", context: context, options: .captured) {
            say("ready")
            while true {}
        }
        for child in [waits, computes] {
            try await child.start()
            var lines = child.standardOutputLines.makeAsyncIterator()
            #expect(try await lines.next() == "ready")
            try child.interrupt()
            #expect(try await child.join() == .exited(1))
            #expect(try await child.standardErrorLines.all() == ["\(child.name): interrupted"])
        }
    }

    @Test("EXC-01: with the system's own effect an interrupted child reports -2", arguments: everyContext)
    func systemEffect(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            signal(SIGINT, SIG_DFL)
            say("ready")
            while true { pause() }
        }
        try await child.start()
        var lines = child.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "ready")
        try child.interrupt()
        #expect(try await child.join() == .signaled(SIGINT))
        #expect(child.exitCode == -2)
    }

    @Test(
        "Ctrl-C reaches the program, which decides: its children and workers go on", arguments: everyContext)
    func controlC(context: ProcessContext) async throws {
        // A program in a session of its own, so that the signal of a whole group goes to nobody else.
        var options = StartOptions.captured
        options.processGroup = .ownSession
        let program = ChildProcess("\(context)", context: context, options: options) { method in
            let inner = ProcessContext(try StartMethod(named: method))
            // What the default action would have been is not what a program that decides chooses.
            signal(SIGINT, SIG_IGN)
            let child = ChildProcess(context: inner, options: .captured) {
                say("ready")
                say(readLine() ?? "end of input")
                exit(7)
            }
            try await child.start()
            var lines = child.standardOutputLines.makeAsyncIterator()
            _ = try await lines.next()
            try await withProcessPool(workers: 2, context: inner) { pool in
                let before = Set(try await pool.map(0..<20, chunkSize: 1) { _ in getpid() })
                // As a terminal does, to everybody in the foreground.
                kill(0, SIGINT)
                let after = Set(try await pool.map(0..<20, chunkSize: 1) { _ in getpid() })
                // Nobody was replaced.
                say(before.union(after).count <= 2 ? "pool" : "another pool")
                for worker in before { say(stateOfProcess(worker).isEmpty ? "gone" : "alive") }
            }
            say("\(try await child.join())")
        }
        let report = try await program.report()
        #expect(report.errors == [])
        #expect(report.output.first == "pool")
        #expect(report.output.last == "exited with code 7")
        #expect(!report.output.contains("gone"))
        #expect(report.status == .exited(0))
    }

    @Test(
        "SIG-08: signals become a request to stop, and have their effect again afterwards",
        arguments: [SIGTERM, SIGINT])
    func gracefulStop(number: Int32) async throws {
        let child = ChildProcess(number, options: .captured) { number in
            do {
                try await withCancellation(on: [number]) {
                    say("serving")
                    try await Task.sleep(for: .seconds(1000))
                }
            } catch is CancellationError {
                say("stopped")
            }
            // One scope inside the other: both are told, and the outer one is still there when the inner one ends.
            try await withCancellation(on: [number, SIGUSR1]) {
                let inner = try await withCancellation(on: [number]) { 5 }
                say("inner \(inner)")
                kill(getpid(), SIGUSR1)
                while !Task.isCancelled { await Task.yield() }
                say("outer")
            }
            signal(SIGTERM, SIG_DFL)
            say("again")
            while true { pause() }
        }
        try await child.start()
        var lines = child.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "serving")
        kill(try #require(child.pid), number)
        #expect(try await lines.next() == "stopped")
        #expect(try await lines.next() == "inner 5")
        #expect(try await lines.next() == "outer")
        #expect(try await lines.next() == "again")
        try child.terminate()
        #expect(try await child.join() == .signaled(SIGTERM))
        await #expect(throws: MultiprocessingError.self) { try await withCancellation(on: [SIGKILL]) {} }
    }
}
