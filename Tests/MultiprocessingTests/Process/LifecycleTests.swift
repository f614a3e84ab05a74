import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LifecycleTests {
    @Test("PRC-01 EXT-04: the process that nobody started knows what it is")
    func theRootProcess() throws {
        let current = ChildProcess.current
        #expect(current.name == "MainProcess" && current.pid == getpid() && !current.isDaemon)
        #expect(ChildProcess.parent == nil)
        #expect(try AuthenticationKey.current().count == 32)
        // It is no child, so it has neither a handle nor an exit code, and is not in its own list.
        #expect(!ChildProcess.active.contains { $0.pid == getpid() })
    }

    @Test(
        "PRC-04 PRC-37: the daemon flag is the creator's unless given, and never changes",
        arguments: everyContext)
    func theDaemonFlag(context: ProcessContext) async throws {
        #expect(!ChildProcess {}.isDaemon)
        #expect(ChildProcess(daemon: true) {}.isDaemon)
        let daemon = ChildProcess(context: context, daemon: true, options: .captured) {
            say(
                "\(ChildProcess.current.isDaemon) \(ChildProcess {}.isDaemon) \(ChildProcess(daemon: false) {}.isDaemon)"
            )
            for failure in [
                await code { try await ChildProcess(daemon: false) {}.start() },
                await code { _ = try ProcessPool(workers: 1) },
            ] { say(failure.map { "\($0)" } ?? "allowed") }
        }
        let report = try await daemon.report()
        #expect(report.output == ["true true false", "invalidArgument", "invalidArgument"])
        #expect(daemon.isDaemon)
    }

    @Test(
        "PRC-07 PRC-08 PRC-10 PRC-25 ACH-01: states, and the list of the children that run",
        arguments: everyContext)
    func statesAndTheList(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, context: context) { $0.pass() }
        let isListed = { ChildProcess.active.contains { $0 === child } }
        #expect(!child.isAlive && child.exitCode == nil && child.pid == nil && !isListed())
        #expect(child.description.hasSuffix(", initial)"))
        try await child.start()
        #expect(child.isAlive && child.exitCode == nil && isListed())
        #expect(child.description.hasSuffix(", parent \(getpid()), started)"))
        gate.open()
        try await child.join()
        #expect(!child.isAlive && child.exitCode == 0 && !isListed())
        #expect(child.description.hasSuffix(", stopped(0))"))
    }

    @Test("PRC-07: a child has the key of its creator, or its own", arguments: everyContext)
    func keys(context: ProcessContext) async throws {
        // The key itself never leaves a process but by its start, so the child compares.
        let bytes = [UInt8](repeating: 7, count: 20)
        let same = ChildProcess(bytes, context: context) { bytes in
            let key = try AuthenticationKey(bytes)
            key.use()
            let grandchild = ChildProcess(bytes) { bytes in
                exit(try AuthenticationKey.current() == AuthenticationKey(bytes) ? 3 : 4)
            }
            try await grandchild.start()
            exit(try await grandchild.join().code)
        }
        let given = ChildProcess(bytes, context: context, authenticationKey: try AuthenticationKey(bytes)) {
            bytes in
            exit(try AuthenticationKey.current() == AuthenticationKey(bytes) ? 3 : 4)
        }
        for child in [same, given] {
            try await child.start()
            #expect(try await child.join() == .exited(3))
        }
        #expect(throws: MultiprocessingError.self) { try AuthenticationKey([1, 2, 3]) }
        #expect(throws: MultiprocessingError.self) {
            try AuthenticationKey([UInt8](repeating: 0, count: 4097))
        }
        #expect(try AuthenticationKey(insecureShort: [1, 2, 3]).count == 3)
        #expect(try AuthenticationKey() != AuthenticationKey())
    }

    @Test("PRC-27: the number is the system's", arguments: everyContext)
    func theNumber(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) { say("\(getpid())") }
        let report = try await child.report()
        #expect(report.output == [child.pid.map { "\($0)" } ?? "none"])
    }

    @Test("PRC-34: a handle starts once, and is closed once the child has ended", arguments: everyContext)
    func onceOnly(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, context: context) { $0.pass() }
        try await child.start()
        #expect(await code { try await child.start() } == .alreadyStarted)
        #expect(await code { try child.close() } == .invalidArgument)
        gate.open()
        try await child.join()
        #expect(await code { try await child.start() } == .alreadyStarted)
        try child.close()
        try child.close()
        #expect(
            child.pid == nil && child.exitCode == nil && !child.isAlive
                && child.description.hasSuffix("closed)"))
        #expect(await code { try await child.join() } == .closed)
        #expect(await code { try child.terminate() } == .closed)
        #expect(await code { _ = try child.sentinel } == .closed)
        #expect(await code { try await child.start() } == .closed)
    }

    @Test("PRC-36: names are numbered and nest; a given name is kept", arguments: everyContext)
    func names(context: ProcessContext) async throws {
        let child = ChildProcess(name: "a service", context: context, options: .captured) {
            say(ChildProcess {}.name)
            say(ChildProcess(name: "mine") {}.name)
            let grandchild = ChildProcess(options: .captured) { say(ChildProcess {}.name) }
            for line in try await grandchild.report().output { say(line) }
            say(grandchild.name)
            say(threadName())
        }
        let number = try #require(ChildProcess {}.name.split(separator: "-").last.flatMap { Int($0) })
        let report = try await child.report()
        // Some other test may have made handles meanwhile: the child's own number is at most the next one.
        let first = try #require(report.output.first)
        let own = try #require(
            first.split(separator: "-").last?.split(separator: ":").first.flatMap { Int($0) })
        #expect(own <= number)
        #expect(
            report.output == [
                "Process-\(own):1", "mine", "Process-\(own):3:1", "Process-\(own):3", "a service",
            ])
    }
}

/// The name of the first thread, as `ps` shows it.
func threadName() -> String {
    guard let file = fopen("/proc/self/comm", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 64)
    guard fgets(&bytes, 64, file) != nil else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The code of the error that something throws.
func code(_ body: () async throws -> Void) async -> MultiprocessingError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? MultiprocessingError)?.code
    }
}
