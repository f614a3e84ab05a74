import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Processes that others of the same user may not look into.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct InspectionTests {
    /// Runs a body as a user without rights, because the superuser looks into everything; nil, and a line that says so,
    /// where no program can be started as that user.
    private func asPlainUser(
        _ context: ProcessContext,
        _ body: @escaping @concurrent @Sendable (ProcessContext) async throws -> Void
    ) async throws -> Report? {
        var options = StartOptions.captured
        if geteuid() == 0 {
            (options.userID, options.groupID, options.supplementaryGroups) = (65534, 65534, [])
        }
        let child = ChildProcess("\(context)", options: options) { method in
            guard access("/proc/self/exe", X_OK) == 0 else { exit(77) }
            let context = ProcessContext(try StartMethod(named: method))
            let first = ChildProcess(context: ProcessContext(.spawn)) {}
            do { try await first.start() } catch { exit(77) }
            guard try await first.join() == .exited(0) else { exit(77) }
            try await body(context)
        }
        let report = try await child.report()
        if report.status == .exited(77) {
            print("SKIPPED: looking into processes: a user without rights cannot start this program")
            return nil
        }
        return report
    }

    @Test(
        "SPR-04: nobody of the same user attaches to a closed manager or its fork server, or reads their memory",
        arguments: everyContext)
    func closed(context: ProcessContext) async throws {
        let report = try await asPlainUser(context) { context in
            for isInspectable in [true, false] {
                var options = StartOptions()
                options.isInspectable = isInspectable
                let manager = Manager(context: context, options: options)
                try await withManager(manager) { manager in
                    let list = try await manager.list([1, 2])
                    guard let pid = manager.pid, let starter = Intrusion.parent(of: pid) else { exit(2) }
                    say("\(Intrusion.successes(against: pid))")
                    // The fork server, or this process itself, which nobody closed.
                    if starter != getpid() { say("\(Intrusion.successes(against: starter))") }
                    try await list.append(3)
                    say("\(try await list.copy())")
                }
            }
        }
        guard let report else { return }
        #expect(report.errors == [])
        let isServed = context.method == .forkserver
        try #require(report.output.count == (isServed ? 6 : 4))
        let (open, closed) = (
            report.output.prefix(report.output.count / 2), report.output.suffix(report.output.count / 2)
        )
        #expect(closed == (isServed ? ["[]", "[]", "[1, 2, 3]"] : ["[]", "[1, 2, 3]"]))
        // What is allowed otherwise, on this system.
        #expect(open.first?.contains("environment") == true && open.first?.contains("files") == true)
        if open.first != "\(Intrusion.allCases.map(\.rawValue))" {
            print("SKIPPED: a part of looking into processes: the system allows \(open.first ?? "") at most")
        }
    }

    @Test("SPR-04: everything else works in closed processes", arguments: everyContext)
    func useful(context: ProcessContext) async throws {
        let report = try await asPlainUser(context) { context in
            var configuration = ProcessPool.Configuration()
            configuration.startOptions.isInspectable = false
            // Long values go through memory, and handles and shared memory through descriptors.
            let samples = try SharedArray<Int>(repeating: 1, count: 1000)
            let queue = try SharedQueue<[UInt8]>(capacity: 4)
            try await withProcessPool(workers: 2, context: context, configuration: configuration) { pool in
                let long = [UInt8](repeating: 7, count: 4 << 20)
                let counts = try await pool.map([long, long]) { $0.count }
                say("\(counts)")
                try await pool.apply(samples, queue) { samples, queue in
                    samples[5] = 42
                    try await queue.put([1, 2, 3])
                }
                say("\(samples[5]) \(try await queue.get() ?? [])")
                let memory = try await pool.apply { try SharedArray<Int>(repeating: 3, count: 100) }
                say("\(memory[99])")
                do {
                    try await pool.apply {
                        kill(getpid(), SIGKILL)
                        while true { pause() }
                    }
                } catch is WorkerDiedError {
                    say("died")
                }
                say("\(try await pool.apply { 1 })")
            }
        }
        guard let report else { return }
        #expect(report.output == ["[4194304, 4194304]", "42 [1, 2, 3]", "3", "died", "1"])
    }

    @Test(
        "SPR-04: a closed child that crashes ends at once, also where crashes are reported",
        arguments: everyContext)
    func crash(context: ProcessContext) async throws {
        let report = try await asPlainUser(context) { context in
            setenv("SWIFT_BACKTRACE", "enable=yes,color=no", 1)
            var options = StartOptions.captured
            options.isInspectable = false
            let child = ChildProcess(context: context, options: options) {
                let none: [Int] = []
                say("\(none[getppid() == 0 ? 0 : 1])")
            }
            let report = try await child.report()
            guard case .signaled(let signal) = report.status else { return say("\(report.status)") }
            say("\([SIGILL, SIGTRAP].contains(signal))")
        }
        guard let report else { return }
        #expect(report.output == ["true"], "\(report.errors)")
    }

    @Test("SPR-04: a closed child ends with its parent", arguments: everyContext)
    func orphans(context: ProcessContext) async throws {
        let report = try await asPlainUser(context) { context in
            var options = StartOptions()
            options.isInspectable = false
            let child = ChildProcess(context: context, options: options) {
                while true { sleep(1000) }
            }
            try await child.start()
            let manager = Manager(context: context, options: options)
            try await manager.start()
            say("\(child.pid ?? 0) \(manager.pid ?? 0)")
            kill(getpid(), SIGKILL)
        }
        guard let report else { return }
        #expect(report.status == .signaled(SIGKILL))
        let pids = try #require(report.output.first).split(separator: " ").compactMap { Int32($0) }
        try #require(pids.count == 2)
        for pid in pids { while !["", "Z", "X"].contains(stateOfProcess(pid)) { await Task.yield() } }
    }

    @Test("SPR-04: a child to which somebody is attached already is refused")
    func attached() async throws {
        // A debugger of which this program is started: everything that it starts is traced, too.
        guard access("/usr/bin/strace", X_OK) == 0 else {
            print("SKIPPED: a closed child under a debugger: there is no /usr/bin/strace")
            return
        }
        let outcome = try await HostProgram.run(
            ["-f", "-qq", "-e", "trace=none", "-e", "signal=none", try HostProgram.path, "close"],
            path: "/usr/bin/strace")
        if outcome.errors.contains(where: { $0.contains("ptrace") && $0.contains("not permitted") }) {
            print("SKIPPED: a closed child under a debugger: none is allowed here")
            return
        }
        #expect(outcome.output == ["startFailed"], "\(outcome.errors)")
    }
}
