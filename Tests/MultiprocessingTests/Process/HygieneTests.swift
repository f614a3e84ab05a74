import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What processes of the library have open, and leave behind.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct HygieneTests {
    @Test(
        "FDH-03 SPR-02: a worker has the streams, its channel, its parent and what it works with",
        arguments: everyContext)
    func worker(context: ProcessContext) async throws {
        let targets = try await withProcessPool(workers: 1, context: context) { pool in
            try await pool.apply { Survey.openDescriptors().filter { $0 > 2 }.map(Survey.target) }
        }
        // The channel, the parent's handle, its memory and the doorbell's; Dispatch has some of its own.
        let counts = ["socket:", "anon_inode:[pidfd]", "/memfd:", "pipe:"].map { kind in
            targets.filter { $0.hasPrefix(kind) }.count
        }
        #expect(counts == [1, 1, 2, 0], "\(targets)")
    }

    @Test(
        "FDH-08: every descriptor of the library's is closed in programs that others start",
        arguments: everyContext)
    func closeOnExec(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            let gate = FileGate()
            let child = ChildProcess(gate, context: context, options: .captured) { $0.pass() }
            try await child.start()
            // Those that are open to programs; Dispatch reads a file of `/proc` now and then, which is one.
            let open = Survey.openDescriptors().filter { $0 > 2 && fcntl($0, F_GETFD) & FD_CLOEXEC == 0 }
            say("\(open.map(Survey.target).filter { !$0.isEmpty && !$0.hasPrefix("/proc/") })")
            gate.remove()
            try await child.join()
        }
        #expect(try await program.report().output == ["[]"])
    }

    @Test("FKS-02 FKS-06: the fork server has no address that anybody could connect to")
    func noAddress() async throws {
        let program = ChildProcess(options: .captured) {
            let child = ChildProcess(options: .captured) { say("\(getppid())") }
            let server = try await child.report().output.first ?? "-"
            let named = Set(
                lines(of: "/proc/net/unix").compactMap { line -> String? in
                    let fields = line.split(separator: " ")
                    return fields.count > 7 ? String(fields[6]) : nil
                })
            for process in [server, "\(getpid())"] {
                let sockets = (0..<256).map { Survey.link("/proc/\(process)/fd/\($0)") }
                    .filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) }
                say("\(sockets.isEmpty) \(named.isDisjoint(with: sockets))")
            }
        }
        #expect(try await program.report().output == ["false true", "false true"])
    }

    @Test("FKS-07: a fork server ends with its program")
    func serverEnds() async throws {
        let program = ChildProcess(options: .captured) {
            let child = ChildProcess(options: .captured) { say("\(getppid())") }
            say(try await child.report().output.first ?? "-")
            kill(getpid(), SIGKILL)
        }
        let server = try #require(try await program.report().output.first.flatMap { Int32($0) })
        while !["", "Z", "X"].contains(stateOfProcess(server)) { await Task.yield() }
    }

    @Test("a fork server survives Ctrl-C, and its death by SIGKILL is survived")
    func serverSignals() async throws {
        let program = ChildProcess(options: .captured) {
            func server() async throws -> Int32 {
                let child = ChildProcess(options: .captured) { say("\(getppid())") }
                return try await child.report().output.first.flatMap { Int32($0) } ?? -1
            }
            let first = try await server()
            kill(first, SIGINT)
            say("\(try await server() == first)")
            let gate = FileGate()
            let lasting = ChildProcess(gate) { gate in
                gate.pass()
                exit(6)
            }
            try await lasting.start()
            kill(first, SIGKILL)
            say("\(try await server() != first)")
            gate.remove()
            // The kernel tells the status of a stranger's child where it is new enough.
            let status = try await lasting.join()
            say("\(status == .exited(6) || status == .unknown)")
        }
        #expect(
            try await program.report()
                == Report(status: .exited(0), output: ["true", "true", "true"], errors: []))
    }

    @Test("MSC-04: names that many processes give at once never repeat")
    func uniqueNames() async throws {
        let names = try await withProcessPool(workers: 4) { pool in
            try await pool.map(0..<40, chunkSize: 1) { _ in (0..<25).map { _ in ChildProcess {}.name } }
                .flatMap(\.self)
        }
        #expect(names.count == 1000 && Set(names).count == 1000)
    }

    @Test("MSC-06: what a hanging test tells names threads, children and descriptors")
    func reportOfAHang() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(name: "hanging", gate, context: ProcessContext(.spawn)) { $0.pass() }
        try await child.start()
        let pid = try #require(child.pid)
        // The child has its name, and waits, some time after its start.
        while !Survey.report().contains("hanging waits in") { await Task.yield() }
        let report = Survey.report()
        #expect(report.contains("process \(getpid()):") && report.contains("process \(pid):"))
        #expect(report.contains("mp-sentinels waits in") && report.contains("descriptor 0 -> /dev/null"))
    }

    @Test("SIG-05: a stop and a continuation during a wait deliver what comes, and nothing else")
    func stoppedWait() async throws {
        let (reader, writer) = try pipePair()
        var options = StartOptions.captured
        options.standardInput = .descriptor(reader)
        let child = ChildProcess(options: options) {
            while true {
                let ready = try await waitAny([WaitableDescriptor(STDIN_FILENO)], timeout: .seconds(100))
                guard !ready.isEmpty, let line = readLine() else { break }
                say(line)
            }
        }
        try await child.start()
        close(reader)
        var lines = child.standardOutputLines.makeAsyncIterator()
        put("first\n", writer)
        #expect(try await lines.next() == "first")
        let pid = try #require(child.pid)
        kill(pid, SIGSTOP)
        while !stateOfProcess(pid).hasPrefix("T") { await Task.yield() }
        kill(pid, SIGCONT)
        put("second\n", writer)
        #expect(try await lines.next() == "second")
        close(writer)
        #expect(try await lines.next() == nil)
        #expect(try await child.join() == .exited(0))
    }

    @Test("ACH-02: after all children were joined, none is listed", arguments: everyContext)
    func noneListed(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            let children = (0..<5).map { _ in ChildProcess(context: context) {} }
            for child in children { try await child.start() }
            for child in children { try await child.join() }
            say("\(ChildProcess.active)")
        }
        #expect(try await program.report().output == ["[]"])
    }
}
