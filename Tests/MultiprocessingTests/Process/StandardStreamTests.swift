import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct StandardStreamTests {
    @Test(
        "STD-06: captured streams are complete, separate, and empty when nothing was written",
        arguments: everyContext)
    func captured(context: ProcessContext) async throws {
        let silent = try await ChildProcess(context: context, options: .captured) {}.report()
        #expect(silent == Report(status: .exited(0), output: [], errors: []))
        let child = ChildProcess(context: context, options: .captured) {
            for number in 0..<20_000 { print("line \(number)") }
            put("first\n\nlast without an end", STDERR_FILENO)
        }
        let report = try await child.report()
        #expect(report.output == (0..<20_000).map { "line \($0)" })
        #expect(report.errors == ["first", "", "last without an end"])
    }

    @Test("what a child printed is there after it was joined, however much", arguments: everyContext)
    func joinedBeforeItIsRead(context: ProcessContext) async throws {
        // More than a pipe holds, and more than is kept for a reader that is behind.
        let child = ChildProcess(context: context, options: .captured) {
            let line = String(repeating: "x", count: 9_999)
            for _ in 0..<500 { print(line) }
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        let lines = try await child.standardOutputLines.all()
        #expect(lines.count == 500 && lines.allSatisfy { $0.utf8.count == 9_999 })
    }

    @Test("a child waits for a reader that is behind")
    func backPressure() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, options: .captured) { gate in
            say("ready")
            gate.pass()
            var block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
            block[(1 << 16) - 1] = UInt8(ascii: "\n")
            for _ in 0..<1024 { _ = block.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) } }
        }
        try await child.start()
        var lines = child.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "ready")
        gate.open()
        // 64 MiB do not fit into what is kept, so the child cannot have ended, however long this waits.
        #expect(try await child.join(timeout: .milliseconds(200)) == nil)
        var count = 0
        while try await lines.next() != nil { count += 1 }
        #expect(count == 1024)
        #expect(try await child.join() == .exited(0))
    }

    @Test("a cancelled reader loses no line")
    func cancelledReader() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, options: .captured) {
            $0.pass()
            say("the line")
        }
        try await child.start()
        let lines = child.standardOutputLines
        let reading = Task { try await lines.all() }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        gate.open()
        #expect(try await lines.all() == ["the line"])
        try await child.join()
    }

    @Test("a stream that is not captured says so")
    func notCaptured() async throws {
        let child = ChildProcess {}
        let error = await #expect(throws: MultiprocessingError.self) {
            try await child.standardOutputLines.all()
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test(
        "PRC-22: a task that owns a duplex channel answers requests and ends at a stop word",
        arguments: everyContext)
    func duplex(context: ProcessContext) async throws {
        struct Answer: Codable {}
        let (reader, writer) = try pipePair()
        var options = StartOptions.captured
        options.standardInput = .descriptor(reader)
        let child = ChildProcess(context: context, options: options, task: UpperCase())
        try await child.start()
        close(reader)
        var lines = child.standardOutputLines.makeAsyncIterator()
        put("abc\n", writer)
        #expect(try await lines.next() == "ABC")
        put("Hello\n", writer)
        #expect(try await lines.next() == "HELLO")
        put("stop\n", writer)
        #expect(try await lines.next() == nil)
        #expect(try await child.join() == .exited(0))
        close(writer)
    }

    @Test("STD-05: the standard input is empty unless chosen", arguments: everyContext)
    func input(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            say(readLine() ?? "end")
            say(Survey.target(of: STDIN_FILENO))
        }
        #expect(try await child.report().output == ["end", "/dev/null"])
    }

    @Test("streams lead where the options say", arguments: everyContext)
    func targets(context: ProcessContext) async throws {
        let path = "/tmp/mp-stream-\(getpid())-\(context)"
        defer { unlink(path) }
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        var options = StartOptions()
        options.standardOutput = .descriptor(file)
        options.standardError = .null
        let child = ChildProcess(context: context, options: options) {
            print(Survey.target(of: STDERR_FILENO))
            put("nowhere", STDERR_FILENO)
        }
        try await child.start()
        close(file)
        #expect(try await child.join() == .exited(0))
        #expect(lines(of: path) == ["/dev/null"])
        options.standardOutput = .descriptor(9999)
        #expect(
            await code { try await ChildProcess(context: context, options: options) {}.start() }
                == .startFailed)
    }

    @Test("STD-03: an error that nobody caught is written whole before the end", arguments: everyContext)
    func uncaughtError(context: ProcessContext) async throws {
        let text = String(repeating: "long ", count: 10_000)
        let child = ChildProcess(name: "thrower", text, context: context, options: .captured) { text in
            print("printed before")
            throw Plain(text: text)
        }
        let report = try await child.report()
        #expect(report.status == .exited(1))
        #expect(report.output == ["printed before"])
        #expect(report.errors == ["thrower: error: Plain(text: \"\(text)\")"])
    }

    @Test("STD-04: what the parent had buffered before a start appears once", arguments: everyContext)
    func bufferedOutput(context: ProcessContext) async throws {
        let parent = ChildProcess("\(context)", context: context, options: .captured) { method in
            // Into a pipe, so it stays in the buffer.
            print("buffered by the parent")
            let child = ChildProcess(context: ProcessContext(try StartMethod(named: method))) {
                print("the child's")
            }
            try await child.start()
            try await child.join()
        }
        #expect(try await parent.report().output.sorted() == ["buffered by the parent", "the child's"])
    }

    @Test("STD-01: a program whose streams are closed has children and pools", arguments: everyContext)
    func closedStreams(context: ProcessContext) async throws {
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        var options = StartOptions()
        // Input, the only stream that the program below leaves open, and only until it has a copy.
        options.standardInput = .descriptor(writer)
        let program = ChildProcess("\(context)", options: options) { method in
            let answer = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100)
            for stream in 0...2 { close(Int32(stream)) }
            let context = ProcessContext(try StartMethod(named: method))
            let child = ChildProcess(context: context) {
                // Goes nowhere, and above all not into a channel of the library's.
                print(String(repeating: "noise", count: 100_000))
                put("noise", STDERR_FILENO)
            }
            try await child.start()
            put("\(try await child.join())\n", answer)
            print(String(repeating: "noise", count: 100_000))
            put("noise", STDERR_FILENO)
            let sum = try await withProcessPool(workers: 2, context: context) { pool in
                try await pool.map(1...10) { $0 }.reduce(0, +)
            }
            put("\(sum)\n", answer)
        }
        try await program.start()
        close(writer)
        #expect(try await program.join() == .exited(0))
        #expect(readAll(reader) == "exited with code 0 (EXIT_SUCCESS)\n55\n")
    }
}

/// Answers each line in capitals, until it is told to stop.
private struct UpperCase: ProcessTask {
    func run() async throws {
        while let line = readLine(), line != "stop" { say(line.uppercased()) }
    }
}

/// What can be read from a descriptor up to its end.
func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
