import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct StartMethodTests {
    @Test("STM-02 STM-15: the program's method is chosen once, unless by force; children have it too")
    func choice() async throws {
        #expect(StartMethod.current == .forkserver)
        #expect(ProcessContext.default.method == .forkserver)
        // In a program of its own, because the choice is the program's.
        let child = ChildProcess(options: .captured) {
            try StartMethod.choose(.spawn)
            say("\(StartMethod.current) \(ProcessContext.default)")
            say(await code { try StartMethod.choose(.forkserver) }.map { "\($0)" } ?? "chosen twice")
            say("\(StartMethod.current)")
            let grandchild = ChildProcess(options: .captured) {
                say("\(StartMethod.current) \(getppid() == ChildProcess.parent?.pid)")
            }
            for line in try await grandchild.report().output { say(line) }
            try StartMethod.choose(.forkserver, force: true)
            say("\(StartMethod.current)")
            // A context of its own goes its own way.
            let other = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
                say("\(getppid() == ChildProcess.parent?.pid)")
            }
            for line in try await other.report().output { say(line) }
        }
        let report = try await child.report()
        #expect(
            report.output == [
                "spawn spawn", "alreadyChosen", "spawn", "spawn true", "forkserver", "true",
            ])
        #expect(report.errors == [])
    }

    @Test("STM-03 STM-15: spawn is there, plain fork is not the default, and names are checked")
    func names() async throws {
        #expect(StartMethod.supported.contains(.spawn))
        #expect(StartMethod.supported.first == .forkserver)
        #expect(try StartMethod(named: "spawn") == .spawn)
        #expect(await code { _ = try StartMethod(named: "magic") } == .invalidArgument)
    }

    @Test("STM-10: five generations know no more than their own place", arguments: everyContext)
    func generations(context: ProcessContext) async throws {
        let child = ChildProcess("\(context)", 5, context: context, options: .captured, descend)
        let output = try await child.report().output
        #expect(output.count == 5)
        // The same in each generation: descriptors, threads, children that run.
        #expect(Set(output).count == 1, "\(output)")
    }

    @Test(
        "STM-11 FDH-02 FDH-04 FDH-05: descriptors of the parent are closed in children",
        arguments: everyContext)
    func descriptors(context: ProcessContext) async throws {
        // In a program of its own, which is full of descriptors that careless code left open to children.
        let program = ChildProcess("\(context)", options: .captured) { method in
            let (_, writer) = try pipePair()
            var number: Int32 = 16
            while number < 4096, fcntl(writer, F_DUPFD, number) >= 0 { number *= 2 }
            for number in [1000 as Int32, 1003] { dup2(writer, number) }
            let child = ChildProcess(
                context: ProcessContext(try StartMethod(named: method)), options: .captured
            ) {
                say("\(Survey.openDescriptors()) \(write(1000, "x", 1) == -1 && errno == EBADF)")
            }
            for line in try await child.report().output { say(line) }
        }
        // The streams, the channel, and the parent's handle.
        #expect(try await program.report().output == ["[0, 1, 2, 3, 4] true"])
    }

    @Test("PRC-11: the first thread of a child is its own", arguments: everyContext)
    func threads(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            say("\(Survey.threadCount() >= 1) \(getpid() == ChildProcess.current.pid)")
        }
        #expect(try await child.report().output == ["true true"])
        #expect(child.pid != getpid())
    }

    @Test("PRC-33: a body may run on the main actor", arguments: everyContext)
    func mainActor(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) { @MainActor in
            MainActor.assertIsolated()
            say("on the main actor")
        }
        #expect(try await child.report().output == ["on the main actor"])
    }

    /// `MULTIPROCESSING_STARTS` makes it longer.
    @Test(
        "STM-14: starts while other threads hold the locks of the allocator and of the streams",
        arguments: everyContext)
    func startsUnderLoad(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let count = Campaign.count("STARTS") ?? 200
            let context = ProcessContext(try StartMethod(named: method))
            let isOver = Gate()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !isOver.isOpen {
                        var blocks = (0..<200).map { [UInt8](repeating: 1, count: $0 * 97) }
                        blocks.removeAll()
                        for _ in 0..<100 { fputs("noise\n", stderrOfNobody) }
                        await Task.yield()
                    }
                }
                group.addTask {
                    var right = 0
                    for number in 0..<count {
                        let child = ChildProcess(number % 200, context: context) { exit(Int32($0)) }
                        try? await child.start()
                        if (try? await child.join()) == .exited(Int32(number % 200)) { right += 1 }
                    }
                    say("\(count - right) of them failed")
                    isOver.open()
                }
            }
        }
        #expect(try await program.report().output == ["0 of them failed"])
    }
}

/// Where noise goes; opened once.
private nonisolated(unsafe) let stderrOfNobody = fopen("/dev/null", "w")

/// Tells what this generation has, and starts the next one.
@concurrent @Sendable private func descend(method: String, left: Int) async throws {
    if left > 1 {
        let context = ProcessContext(try StartMethod(named: method))
        let child = ChildProcess(method, left - 1, context: context, options: .captured, descend)
        for line in try await child.report().output { say(line) }
    }
    say("\(ChildProcess.active.count) \(Survey.openDescriptors().filter { $0 <= 4 })")
}
