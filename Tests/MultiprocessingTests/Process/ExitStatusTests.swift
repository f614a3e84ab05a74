import Glibc
import Multiprocessing
import TestSupport
import Testing

/// The ways to end, each by its own name, so that a body can be told which to take.
private enum Way: String, Codable, CaseIterable {
    case zero, code, codeAfterSuspension, segmentationFault, abort, trap, largeCode, signalItself

    func take() async {
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        switch self {
        case .zero: exit(0)
        case .code: exit(123)
        case .codeAfterSuspension:
            await Task.yield()
            try? await Task.sleep(for: .microseconds(1))
            exit(123)
        case .segmentationFault:
            signal(SIGSEGV, SIG_DFL)
            raise(SIGSEGV)
        case .abort:
            signal(SIGABRT, SIG_DFL)
            Glibc.abort()
        case .trap:
            for number in [SIGILL, SIGTRAP] { signal(number, SIG_DFL) }
            fatalError("on purpose")
        case .largeCode: exit(0x1_0203)
        case .signalItself: kill(getpid(), SIGTERM)
        }
    }

    var expected: [ChildProcess.ExitStatus] {
        switch self {
        case .zero: [.exited(0)]
        case .code, .codeAfterSuspension: [.exited(123)]
        case .segmentationFault: [.signaled(SIGSEGV)]
        case .abort: [.signaled(SIGABRT)]
        // What a trap is depends on the processor.
        case .trap: [.signaled(SIGILL), .signaled(SIGTRAP)]
        case .largeCode: [.exited(3)]
        case .signalItself: [.signaled(SIGTERM)]
        }
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ExitStatusTests {
    @Test("EXC-05 EXC-06 EXC-07 PRC-26 EXT-03: every way to end is told apart", arguments: everyContext)
    func ways(context: ProcessContext) async throws {
        for way in Way.allCases {
            let child = ChildProcess(way.rawValue, context: context, options: .captured) { name in
                await Way(rawValue: name)?.take()
                // Signals that the process sends itself may take a moment.
                while true { pause() }
            }
            let report = try await child.report()
            #expect(way.expected.contains(report.status), "\(way): \(report.status)")
            #expect(child.exitCode == report.status.code)
        }
    }

    @Test("EXC-02 EXC-03: terminate gives -15, kill -9, and looking changes nothing", arguments: everyContext)
    func endedFromOutside(context: ProcessContext) async throws {
        for (signal, expected) in [(SIGTERM, Int32(-15)), (SIGKILL, -9)] {
            let child = ChildProcess(context: context) { while true { pause() } }
            try await child.start()
            #expect(try await child.join(timeout: .zero) == nil)
            #expect(try await child.join(timeout: .seconds(-1)) == nil)
            #expect(child.isAlive)
            if signal == SIGTERM { try child.terminate() } else { try child.kill() }
            #expect(try await child.join(timeout: .seconds(60)) == .signaled(signal))
            #expect(child.exitCode == expected)
            #expect(child.description.hasSuffix("stopped(\(signal == SIGTERM ? "SIGTERM" : "SIGKILL")))"))
        }
    }

    @Test("EXC-08: a status in words names what has a name")
    func words() {
        #expect(ChildProcess.ExitStatus.exited(0).description == "exited with code 0 (EXIT_SUCCESS)")
        #expect(ChildProcess.ExitStatus.exited(1).description == "exited with code 1 (EXIT_FAILURE)")
        #expect(ChildProcess.ExitStatus.exited(42).description == "exited with code 42")
        #expect(ChildProcess.ExitStatus.signaled(SIGABRT).description == "was ended by SIGABRT (6)")
        #expect(ChildProcess.ExitStatus.signaled(63).description == "was ended by signal 63 (63)")
        #expect(ChildProcess.ExitStatus.signaled(SIGABRT).signalName == "SIGABRT")
        #expect(ChildProcess.ExitStatus.exited(6).signalName == nil)
    }

    @Test(
        "EXC-10: an end that nobody waited for is told once, to whoever asks later", arguments: everyContext)
    func nobodyWaited(context: ProcessContext) async throws {
        let child = ChildProcess(Int32(42), context: context) { exit($0) }
        try await child.start()
        #expect(try await waitAny([child]).count == 1)
        #expect(child.exitCode == 42)
        #expect(try await child.join() == .exited(42))
        #expect(try await child.join(timeout: .zero) == .exited(42))
    }

    @Test("EXC-11 SIG-07: a stopped child has not ended, and goes on where it was", arguments: everyContext)
    func stopped(context: ProcessContext) async throws {
        var options = StartOptions()
        let (reader, writer) = try pipePair()
        options.standardInput = .descriptor(reader)
        options.standardOutput = .captured
        let child = ChildProcess(context: context, options: options) {
            while let line = readLine() { say(line) }
        }
        try await child.start()
        close(reader)
        var lines = child.standardOutputLines.makeAsyncIterator()
        put("first\n", writer)
        #expect(try await lines.next() == "first")
        let pid = try #require(child.pid)
        kill(pid, SIGSTOP)
        while !stateOfProcess(pid).hasPrefix("T") { await Task.yield() }
        put("second\nthird\n", writer)
        #expect(child.isAlive && child.exitCode == nil)
        #expect(try await child.join(timeout: .milliseconds(50)) == nil)
        kill(pid, SIGCONT)
        #expect(try await lines.next() == "second")
        #expect(try await lines.next() == "third")
        close(writer)
        #expect(try await lines.next() == nil)
        #expect(try await child.join() == .exited(0))
    }

    @Test("resource use is told with the end", arguments: everyContext)
    func usage(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, context: context) { gate in
            gate.pass()
            let block = [UInt8](repeating: 1, count: 64 << 20)
            var sum = 0
            let end = clock() + CLOCKS_PER_SEC / 20
            while clock() < end { sum &+= Int(block[sum & 0xFFFF]) }
            exit(sum == 0 ? 1 : 0)
        }
        try await child.start()
        #expect(child.resourceUsage == nil)
        gate.open()
        #expect(try await child.join() == .exited(0))
        let usage = try #require(child.resourceUsage)
        #expect(usage.userTime + usage.systemTime >= .milliseconds(49))
        #expect(usage.peakMemory >= 64 << 20)
    }
}

/// The two ends of a pipe, close-on-exec.
func pipePair() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Plain(text: "no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

/// Writes all of a text.
func put(_ text: String, _ descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// The state of a process: "R", "S", "T", "Z", or nothing when there is none.
func stateOfProcess(_ pid: Int32) -> String {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1024)
    guard fgets(&bytes, 1024, file) != nil else { return "" }
    let line = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The state follows the name, which is in parentheses.
    return line.split(separator: ")").last?.split(separator: " ").first.map(String.init) ?? ""
}
