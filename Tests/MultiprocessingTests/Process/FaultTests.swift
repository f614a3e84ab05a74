import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses, .serialized) struct FaultTests {
    @Test("a body that becomes another program reports that program's end", arguments: everyContext)
    func exec(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            var arguments: [UnsafeMutablePointer<CChar>?] = [
                strdup("sh"), strdup("-c"), strdup("echo another program; exit 5"), nil,
            ]
            execv("/bin/sh", &arguments)
        }
        let report = try await child.report()
        #expect(report == Report(status: .exited(5), output: ["another program"], errors: []))
    }

    @Test(
        "a body may close every descriptor, and its end and its parent's end still count",
        arguments: everyContext)
    func closesEverything(context: ProcessContext) async throws {
        let child = ChildProcess(context: context) {
            for number in 0..<4096 { close(Int32(number)) }
            // Numbers of the library's, which now stand for something else.
            for _ in 0..<8 { _ = open("/dev/null", O_RDWR) }
            await Task.yield()
            exit(4)
        }
        try await child.start()
        #expect(try await child.join() == .exited(4))
        // The same in a child whose parent dies.
        let parent = ChildProcess("\(context)", context: context, options: .captured) { method in
            let (reader, writer) = try pipePair()
            var options = StartOptions()
            options.standardOutput = .descriptor(writer)
            let lasting = ChildProcess(
                context: ProcessContext(try StartMethod(named: method)), options: options
            ) {
                let output = fcntl(STDOUT_FILENO, F_DUPFD, 5000)
                for number in 0..<4096 { close(Int32(number)) }
                for _ in 0..<8 { _ = open("/dev/null", O_RDWR) }
                try await Task.sleep(for: .milliseconds(1))
                put("\(getpid())\n", output)
                while true { try await Task.sleep(for: .seconds(1000)) }
            }
            try await lasting.start()
            var line = [UInt8](repeating: 0, count: 32)
            let count = read(reader, &line, line.count)
            put(String(decoding: line.prefix(max(0, count)), as: UTF8.self), STDOUT_FILENO)
            kill(getpid(), SIGKILL)
        }
        let lasting = try #require(try await parent.report().output.first.flatMap { Int32($0) })
        while !["", "Z", "X"].contains(stateOfProcess(lasting)) { await Task.yield() }
    }

    @Test("REA-06: a body may fork; the copy is no child of ours and delays nothing", arguments: everyContext)
    func forks(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            // Swift hides it, but nothing keeps C code from it.
            typealias Fork = @convention(c) () -> pid_t
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
            let copy = fork()
            if copy == 0 {
                while true { pause() }
            }
            say("\(copy)")
            exit(8)
        }
        try await child.start()
        #expect(try await child.join() == .exited(8))
        var lines = child.standardOutputLines.makeAsyncIterator()
        let copy = try #require(try await lines.next().flatMap { Int32($0) })
        #expect(!["", "Z", "X"].contains(stateOfProcess(copy)))
        kill(copy, SIGKILL)
    }

    @Test("SIG-04 SIG-06: everything works while signals come at 10 kHz", arguments: everyContext)
    func signalStorm(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in }
            // Without SA_RESTART: every call that can be interrupted is.
            sigaction(SIGALRM, &action, nil)
            var interval = itimerval(
                it_interval: timeval(tv_sec: 0, tv_usec: 100), it_value: timeval(tv_sec: 0, tv_usec: 100))
            setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &interval, nil)
            var right = 0
            for number in 0..<50 {
                let child = ChildProcess(Int32(number), context: context, options: .captured) { number in
                    say("\(number)")
                    exit(number)
                }
                let report = try await child.report()
                if report == Report(status: .exited(Int32(number)), output: ["\(number)"], errors: []) {
                    right += 1
                }
            }
            say("\(right)")
            let sum = try await withProcessPool(workers: 2, context: context) { pool in
                try await pool.imapUnordered(0..<500, { $0 }).reduce(0, +)
            }
            say("\(sum)")
            let waiting = ChildProcess(context: context) { while true { pause() } }
            try await waiting.start()
            let begin = ContinuousClock.now
            let status = try await waiting.join(timeout: .milliseconds(300))
            say("\(status == nil && ContinuousClock.now - begin >= .milliseconds(300))")
            try waiting.kill()
            say("\(try await waiting.join())")
        }
        #expect(
            try await program.report()
                == Report(
                    status: .exited(0), output: ["50", "124750", "true", "was ended by SIGKILL (9)"],
                    errors: []))
    }

    /// In a process of its own, because the limit is one of the whole process.
    @Test(
        "FRS-02: without descriptors a start works or says so, and leaves nothing", arguments: everyContext,
        0...20)
    func descriptorLimit(context: ProcessContext, spare: Int) async throws {
        let program = ChildProcess("\(context)", spare, context: ProcessContext(.spawn)) { method, spare in
            let context = ProcessContext(try StartMethod(named: method))
            // What is made once is there: the poller, and a fork server.
            try await ChildProcess(context: context, options: .captured) {}.report()
            let before = ours()
            var old = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old)
            var limit = rlimit(
                rlim_cur: rlim_t(Int(Survey.openDescriptors().max() ?? 2) + 1 + spare), rlim_max: old.rlim_max
            )
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let child = ChildProcess(context: context, options: .captured) { exit(7) }
            var status: ChildProcess.ExitStatus?
            do {
                try await child.start()
                status = try await child.join()
            } catch let error as MultiprocessingError {
                guard error.code == .startFailed else { exit(3) }
            }
            guard status == nil || status == .exited(7) else { exit(4) }
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old)
            // It works afterwards, and is as it was.
            let next = ChildProcess(context: context, options: .captured) { exit(9) }
            guard try await next.report().status == .exited(9) else { exit(5) }
            try? child.close()
            try next.close()
            let end = ContinuousClock.now + .seconds(30)
            while ours().count > before.count {
                if ContinuousClock.now > end {
                    put("\(before) before, \(ours()) after\n", STDERR_FILENO)
                    exit(6)
                }
                await Task.yield()
            }
            exit(status == nil ? 20 : 21)
        }
        try await program.start()
        let status = try await program.join()
        if status == .signaled(SIGILL) {
            recordDispatchTrap(status)
        } else {
            #expect(status == .exited(20) || status == .exited(21), "\(status)")
        }
    }
}

/// The kinds of the descriptors that the library opens for a start; Dispatch opens others when it likes.
private func ours() -> [String] {
    let kinds = ["socket:", "pipe:", "anon_inode:[pidfd]"]
    return Survey.openDescriptors().map(Survey.target).compactMap { target in
        kinds.first { target.hasPrefix($0) }
    }.sorted()
}
