import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Something that no encoding can carry.
private final class Uncodable: Sendable {
    let number: Int
    let text: @Sendable () -> String

    init(_ number: Int, _ text: @escaping @Sendable () -> String) {
        self.number = number
        self.text = text
    }
}

private actor Counter {
    var count = 0
    func add() { count += 1 }
}

/// Each test forks in a program of its own: a fork of the process that runs the tests would hold open what others close.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForkTests {
    /// Runs a body in a program that is busy, as servers are, and gives what it prints.
    private func program(_ body: @escaping @concurrent @Sendable () async throws -> Void) async throws
        -> Report
    {
        try await ChildProcess(context: ProcessContext(.spawn), options: .captured, body).report()
    }

    @Test("PRC-31 STM-04: values of any type are there, as they were at the start")
    func anyCapture() async throws {
        let report = try await program {
            let object = Uncodable(7) { "a closure" }
            let child = ChildProcess(context: ProcessContext(.fork), options: .captured) {
                say(
                    "\(object.number) \(object.text()) \(ChildProcess.current.name) \(getppid() == ChildProcess.parent?.pid ?? 0)"
                )
            }
            say("\(try await child.report())")
        }
        #expect(report.errors == [])
        #expect(report.output.first?.contains("7 a closure Process-") == true)
        #expect(report.output.first?.contains("true") == true)
    }

    @Test("tasks, actors, task groups, the main actor, sleeps and limits work in a copy")
    func concurrency() async throws {
        let report = try await program {
            await Noise.begin()
            for _ in 0..<20 {
                let child = ChildProcess(context: ProcessContext(.fork), options: .captured) {
                    let counter = Counter()
                    await withTaskGroup(of: Void.self) { group in
                        for number in 0..<10 {
                            group.addTask {
                                try? await Task.sleep(for: .milliseconds(number % 3))
                                await counter.add()
                                await Task.yield()
                            }
                        }
                    }
                    let begin = ContinuousClock.now
                    try await Task.detached { try await Task.sleep(for: .milliseconds(30)) }.value
                    let slept = ContinuousClock.now - begin >= .milliseconds(30)
                    let onMain = await MainActor.run {
                        MainActor.assertIsolated()
                        return true
                    }
                    let resumed = await withCheckedContinuation { waiter in
                        var thread = pthread_t()
                        let box = Unmanaged.passRetained(Resumption(waiter))
                        pthread_create(&thread, nil, resume, box.toOpaque())
                    }
                    let cancelled = Task { try await Task.sleep(for: .seconds(1000)) }
                    cancelled.cancel()
                    let isCancelled = await cancelled.result.isFailure
                    say("\(await counter.count) \(slept) \(onMain) \(resumed) \(isCancelled)")
                }
                say(
                    (try await child.report())
                        == Report(status: .exited(0), output: ["10 true true 5 true"], errors: [])
                        ? "right" : "wrong")
            }
            Noise.end()
        }
        #expect(
            report == Report(status: .exited(0), output: Array(repeating: "right", count: 20), errors: []))
    }

    @Test("STD-04 ATX-01: what the parent had buffered appears once, and its exit hooks are its own")
    func buffers() async throws {
        let report = try await program {
            atexit { print("hook of the parent") }
            Finalizer { print("finalizer of the parent") }
            print("buffered by the parent")
            let child = ChildProcess(context: ProcessContext(.fork)) {
                atexit { print("hook of the child") }
                Finalizer { print("finalizer of the child") }
                print("printed by the child")
            }
            try await child.start()
            try await child.join()
        }
        #expect(
            report.output.sorted() == [
                "buffered by the parent", "finalizer of the child", "finalizer of the parent",
                "hook of the child",
                "hook of the parent", "printed by the child",
            ])
    }

    @Test("ends, options and names are as with the other methods")
    func endings() async throws {
        let report = try await program {
            let context = ProcessContext(.fork)
            let thrower = ChildProcess(name: "thrower", context: context, options: .captured) {
                throw Plain(text: "no")
            }
            let result = try await thrower.report()
            say("\(result.status.code) \(result.errors)")
            let killed = ChildProcess(context: context) { while true { pause() } }
            try await killed.start()
            say("\(killed.isAlive) \(ChildProcess.active.count)")
            try killed.kill()
            say("\(try await killed.join().code)")
            var options = StartOptions.captured
            options.environment = .custom(["ONLY": "this"])
            options.workingDirectory = "/usr"
            let special = ChildProcess(context: context, options: options) {
                say(
                    "\(variableCount()) \(realpath(".", nil).map { String(cString: $0) } ?? "-") \(readLine() ?? "end")"
                )
            }
            say(try await special.report().output.first ?? "-")
            options.workingDirectory = "/no/such"
            let refused = options
            say(
                await code { try await ChildProcess(context: context, options: refused) {}.start() }.map {
                    "\($0)"
                } ?? "started")
        }
        #expect(
            report.output == [
                #"1 ["thrower: error: Plain(text: \"no\")"]"#, "true 1", "-9", "1 /usr end", "startFailed",
            ])
    }

    @Test("PRC-13 PRC-21: a copy has children and pools by every method")
    func family() async throws {
        let report = try await program {
            // The copy must not use the fork server of the process that it is a copy of.
            try await ChildProcess(options: .captured) {}.report()
            let child = ChildProcess(context: ProcessContext(.fork), options: .captured) {
                for method in StartMethod.supported {
                    let context = ProcessContext(method)
                    let grandchild = ChildProcess(context: context, options: .captured) { say("grandchild") }
                    say("\(method) \(try await grandchild.report().output)")
                    let sum = try await withProcessPool(workers: 2, context: context) { pool in
                        try await pool.map(1...10) { $0 }.reduce(0, +)
                    }
                    say("\(sum)")
                }
            }
            for line in try await child.report().output { say(line) }
        }
        #expect(
            report
                == Report(
                    status: .exited(0),
                    output: StartMethod.supported.flatMap { ["\($0) [\"grandchild\"]", "55"] }, errors: []))
    }

    @Test("a copy of a copy runs its own tasks only, whatever was about to run when it was made")
    func copiesOfCopies() async throws {
        let report = try await program {
            let child = ChildProcess(context: ProcessContext(.fork), options: .captured) {
                let pid = getpid()
                // There is always one that waits for its turn.
                let tasks = (0..<8).map { _ in
                    Task {
                        while !Task.isCancelled {
                            if getpid() != pid { exit(9) }
                            await Task.yield()
                        }
                    }
                }
                for _ in 0..<30 {
                    let copy = ChildProcess(context: ProcessContext(.fork)) { await Task.yield() }
                    try await copy.start()
                    let status = try await copy.join()
                    if status != .exited(0) { say("\(status)") }
                }
                for task in tasks { task.cancel() }
                say("done")
            }
            for line in try await child.report().output { say(line) }
        }
        #expect(report == Report(status: .exited(0), output: ["done"], errors: []))
    }

    @Test("FOR-03: a copy ends with its parent")
    func orphans() async throws {
        let parent = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (reader, writer) = try pipePair()
            for body in [{ while true { try await Task.sleep(for: .seconds(1000)) } }, { while true {} }]
                as [@concurrent @Sendable () async throws -> Void]
            {
                let child = ChildProcess(context: ProcessContext(.fork)) {
                    put("\(getpid())\n", writer)
                    try await body()
                }
                try await child.start()
            }
            var text = ""
            while text.filter({ $0 == "\n" }).count < 2 {
                var bytes = [UInt8](repeating: 0, count: 64)
                let count = read(reader, &bytes, bytes.count)
                text += String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            }
            put(text, STDOUT_FILENO)
            kill(getpid(), SIGKILL)
        }
        let pids = try await parent.report().output.compactMap { Int32($0) }
        #expect(pids.count == 2)
        for pid in pids { while !["", "Z", "X"].contains(stateOfProcess(pid)) { await Task.yield() } }
    }

    @Test("LOG-05: records of a copy reach the process that collects")
    func records() async throws {
        let report = try await program {
            ProcessLogger.level = .warning
            let records = ProcessLogger.records()
            let child = ChildProcess(name: "copy", context: ProcessContext(.fork)) {
                ProcessLogger.warning("from a copy")
            }
            try await child.start()
            try await child.join()
            records.finish()
            for await record in records { say("\(record.process.name): \(record.message)") }
        }
        #expect(report == Report(status: .exited(0), output: ["copy: from a copy"], errors: []))
    }

    @Test("a handle that a copy inherited is its parent's")
    func inheritedHandles() async throws {
        let report = try await program {
            let other = ChildProcess { while true { pause() } }
            try await other.start()
            let child = ChildProcess(context: ProcessContext(.fork), options: .captured) {
                let failures = [
                    await code { try await other.join() }, await code { try other.kill() },
                    await code { try other.close() },
                ]
                say("\(failures.allSatisfy { $0 == .invalidArgument }) \(ChildProcess.active.count)")
            }
            say("\(try await child.report().output)")
            try other.kill()
            say("\(try await other.join().code)")
        }
        #expect(report.output == [#"["true 0"]"#, "-9"])
    }

    /// `MULTIPROCESSING_FORKS` makes it longer.
    @Test("STM-14: copies of a program whose threads are all busy begin and end, or say why not")
    func underLoad() async throws {
        let report = try await program {
            let count = Campaign.count("FORKS") ?? 100
            await Noise.begin()
            var (right, refused) = (0, 0)
            for number in 0..<count {
                let child = ChildProcess(context: ProcessContext(.fork)) {
                    let sum = await withTaskGroup(of: Int.self) { group in
                        for item in 0..<10 { group.addTask { item } }
                        return await group.reduce(0, +)
                    }
                    exit(Int32(sum + number % 100))
                }
                do {
                    try await child.start()
                    if try await child.join() == .exited(Int32(45 + number % 100)) { right += 1 }
                } catch let error as MultiprocessingError where error.code == .startFailed {
                    refused += 1
                }
            }
            Noise.end()
            say("\(count - right - refused) failed silently")
            say("\(refused) refused")
        }
        #expect(report.output.first == "0 failed silently")
        // The system's locks are free at nearly every moment.
        #expect(report.output.last == "0 refused")
    }
}

extension Result {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}

/// A continuation, on its way to a thread.
private final class Resumption {
    let waiter: CheckedContinuation<Int, Never>
    init(_ waiter: CheckedContinuation<Int, Never>) { self.waiter = waiter }
}

private func resume(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument {
        Unmanaged<Resumption>.fromOpaque(argument).takeRetainedValue().waiter.resume(returning: 5)
    }
    return nil
}

/// Tasks that allocate, print to nowhere and suspend, on all threads.
private enum Noise {
    private static let isOver = Gate()

    static func begin() async {
        let started = Tally<Int>()
        for number in 0..<4 {
            Task.detached {
                started.add(number)
                while !isOver.isOpen {
                    var blocks = (0..<100).map { [UInt8](repeating: 1, count: $0 * 97) }
                    blocks.removeAll()
                    try? await Task.sleep(for: .microseconds(10))
                }
            }
        }
        _ = await started.next(4)
    }

    static func end() { isOver.open() }
}
