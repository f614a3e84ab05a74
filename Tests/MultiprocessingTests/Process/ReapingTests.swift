import Foundation
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ReapingTests {
    @Test("REA-01 REA-03: each child is reaped by itself, once, however many wait", arguments: everyContext)
    func separate(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let first = ChildProcess(gate, context: context) {
            $0.pass()
            exit(1)
        }
        let second = ChildProcess(context: context) { exit(2) }
        try await first.start()
        try await second.start()
        #expect(try await second.join() == .exited(2))
        #expect(first.isAlive)
        try await withThrowingTaskGroup(of: ChildProcess.ExitStatus.self) { group in
            for _ in 0..<10 { group.addTask { try await first.join() } }
            gate.open()
            for try await status in group { #expect(status == .exited(1)) }
        }
        #expect(try await first.join() == .exited(1))
    }

    @Test("REA-04: a hundred children of random lives all report success", arguments: everyContext)
    func randomLives(context: ProcessContext) async throws {
        var generator = SplitMix64(state: 4)
        var children: [ChildProcess] = []
        for _ in 0..<100 {
            let life = UInt32(generator.next() % 200_000)
            let child = ChildProcess(life, context: context) { usleep($0) }
            try await child.start()
            children.append(child)
        }
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test(
        "STM-13: children of others in this process are theirs, and ours leave no zombie",
        arguments: everyContext)
    func othersChildren(context: ProcessContext) async throws {
        let others = try (0..<5).map { number in
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "exit \(number + 3)"]
            try process.run()
            return process
        }
        var ours: [Int32] = []
        for _ in 0..<5 {
            let child = ChildProcess(context: context) {}
            try await child.start()
            try await child.join()
            ours.append(try #require(child.pid))
        }
        for (number, process) in others.enumerated() {
            process.waitUntilExit()
            #expect(process.terminationStatus == Int32(number + 3))
        }
        // After the join there is no zombie, whoever had to reap it.
        for pid in ours { #expect(stateOfProcess(pid) != "Z") }
    }

    @Test("FCH-02: children that nobody joins are reaped all the same", arguments: everyContext)
    func neverJoined(context: ProcessContext) async throws {
        var pids: [Int32] = []
        for _ in 0..<50 {
            let child = ChildProcess(context: context) {}
            try await child.start()
            if let pid = child.pid { pids.append(pid) }
        }
        #expect(pids.count == 50)
        for pid in pids { while !stateOfProcess(pid).isEmpty { await Task.yield() } }
    }

    @Test("REA-06: what holds a child's streams open does not delay its end", arguments: everyContext)
    func heldOpen(context: ProcessContext) async throws {
        // The child starts a program that outlives it and has its output.
        let (reader, writer) = try pipePair()
        var options = StartOptions.captured
        options.standardInput = .descriptor(reader)
        let child = ChildProcess(context: context, options: options) {
            var pid: pid_t = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("cat"), nil]
            posix_spawn(&pid, "/bin/cat", nil, nil, &arguments, environ)
            say("\(pid)")
            exit(6)
        }
        try await child.start()
        close(reader)
        #expect(try await child.join() == .exited(6))
        var lines = child.standardOutputLines.makeAsyncIterator()
        let holder = try #require(try await lines.next().flatMap { Int32($0) })
        #expect(!["", "Z", "X"].contains(stateOfProcess(holder)))
        // It copies what it gets to the stream that is still open, and ends with its input.
        put("later\n", writer)
        close(writer)
        #expect(try await lines.next() == "later")
        #expect(try await lines.next() == nil)
    }

    @Test(
        "REA-07: a child that ends while its input is open does not hang the writer", arguments: everyContext)
    func writerOfInput(context: ProcessContext) async throws {
        let (reader, writer) = try pipePair()
        var options = StartOptions()
        options.standardInput = .descriptor(reader)
        let child = ChildProcess(context: context, options: options) { exit(3) }
        try await child.start()
        close(reader)
        #expect(try await child.join() == .exited(3))
        // Nobody holds the reading end any more, so the writer is told and does not wait.
        signal(SIGPIPE, SIG_IGN)
        // But for a program that another test starts at this moment, until it is what it will be; the pipe has room.
        var written = 0
        while write(writer, "x", 1) == 1, written < 10_000 {
            written += 1
            await Task.yield()
        }
        #expect(written < 10_000 && errno == EPIPE)
        close(writer)
    }

    @Test(
        "REA-08: want of room is asked about seven times, within bounds, and then said",
        arguments: everyContext)
    func wantOfRoom(context: ProcessContext) async throws {
        // In a program of its own that has no descriptors left.
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            // A start that works first: what is made once is there then.
            try await ChildProcess(context: context, options: .captured) {}.report()
            var taken: [Int32] = []
            while case let copy = dup(STDIN_FILENO), copy >= 0 { taken.append(copy) }
            let begin = ContinuousClock.now
            let child = ChildProcess(context: context) {}
            let failure = await code { try await child.start() }
            let time = ContinuousClock.now - begin
            say("\(failure.map { "\($0)" } ?? "started") \(time >= .milliseconds(63))")
            // One that is cancelled does not wait for its seven attempts.
            let starting = Task { try await ChildProcess(context: context) {}.start() }
            starting.cancel()
            do { try await starting.value } catch { say("\(error is CancellationError)") }
            for copy in taken { close(copy) }
            let again = ChildProcess(context: context) {}
            try await again.start()
            say("\(try await again.join())")
        }
        #expect(
            try await program.report().output == [
                "startFailed true", "true", "exited with code 0 (EXIT_SUCCESS)",
            ])
    }
}
