import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A child that ends with the code that it was given.
private struct ExitTask: ProcessTask {
    var code: Int32
    func run() async throws { exit(code) }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ChildProcessTests {
    static let contexts = [ProcessContext(.forkserver), ProcessContext(.spawn)]

    @Test(arguments: contexts) func aBodyThatReturnsEndsWithZero(context: ProcessContext) async throws {
        let child = ChildProcess(context: context) {}
        #expect(child.pid == nil && child.exitCode == nil && !child.isAlive)
        try await child.start()
        #expect(child.pid != nil)
        #expect(try await child.join() == .exited(0))
        #expect(child.exitCode == 0 && !child.isAlive)
        // Again, and from several tasks.
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 { group.addTask { (try? await child.join()) == .exited(0) } }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: contexts) func exitCodesAreThoseOfPython(context: ProcessContext) async throws {
        let code = ChildProcess(Int32(7), context: context) { exit($0) }
        let thrown = ChildProcess(context: context) { throw Plain(text: "printed to standard error") }
        let killed = ChildProcess(context: context) { while true { pause() } }
        let asked = ChildProcess(context: context) { while true { pause() } }
        let task = ChildProcess(context: context, task: ExitTask(code: 9))
        for child in [code, thrown, killed, asked, task] { try await child.start() }
        #expect(killed.isAlive)
        try killed.kill()
        try asked.terminate()
        for child in [code, thrown, killed, asked, task] { try await child.join() }
        #expect(code.exitCode == 7)
        #expect(thrown.exitCode == 1)
        #expect(killed.exitCode == -SIGKILL && killed.exitStatus == .signaled(SIGKILL))
        #expect(asked.exitCode == -SIGTERM)
        #expect(task.exitCode == 9)
        // A signal to a child that has ended goes nowhere.
        try killed.kill()
    }

    @Test func argumentsArriveAsTheyWere() async throws {
        let order = Order(id: 3, total: 2.5, notes: ["a", "b"])
        let child = ChildProcess(order, ["x": 1]) { order, table in
            exit(order == Order(id: 3, total: 2.5, notes: ["a", "b"]) && table == ["x": 1] ? 0 : 5)
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
    }

    @Test func aLargeArgumentArrives() async throws {
        let bytes = [UInt8](repeating: 7, count: 8 << 20)
        for context in Self.contexts {
            let child = ChildProcess(bytes, context: context) {
                exit($0.count == 8 << 20 && $0.allSatisfy { $0 == 7 } ? 0 : 5)
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
        }
    }

    @Test(arguments: contexts) func theChildKnowsItsNameAndParent(context: ProcessContext) async throws {
        #expect(ChildProcess.current.name == "MainProcess")
        #expect(ChildProcess.parent == nil)
        let child = ChildProcess(name: "my service", getpid(), context: context) { parent in
            let isRight =
                ChildProcess.current.name == "my service" && ChildProcess.current.pid == getpid()
                && ChildProcess.parent?.pid == parent && ChildProcess.parent?.name == "MainProcess"
            exit(isRight ? 0 : 5)
        }
        #expect(child.name == "my service")
        try await child.start()
        #expect(try await child.join() == .exited(0))
        #expect(ChildProcess {}.name.hasPrefix("Process-"))
        #expect(ChildProcess(task: ExitTask(code: 0)).name.hasPrefix("ExitTask-"))
    }

    @Test(arguments: contexts)
    func aChildInheritsNothingButItsStandardStreams(context: ProcessContext) async throws {
        // Not close-on-exec, as careless libraries leave them.
        let careless = open("/dev/null", O_RDONLY)
        defer { close(careless) }
        let child = ChildProcess(careless, context: context) { careless in
            var byte: UInt8 = 0
            let inputIsEmpty = read(STDIN_FILENO, &byte, 1) == 0
            let isClosed = fcntl(careless, F_GETFD) == -1 || careless <= 4
            exit(inputIsEmpty && isClosed && getenv("SWIFT_MULTIPROCESSING_CHANNEL") == nil ? 0 : 5)
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
    }

    @Test func joinWithALimitGivesNilWhileTheChildRuns() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate) { $0.pass() }
        try await child.start()
        #expect(try await child.join(timeout: .milliseconds(1)) == nil)
        #expect(try await child.join(timeout: .zero) == nil)
        #expect(try await child.join(timeout: .seconds(-1)) == nil)
        #expect(child.isAlive)
        gate.open()
        #expect(try await child.join(timeout: .seconds(60)) == .exited(0))
    }

    @Test func aCancelledJoinLeavesTheChildAlone() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate) { $0.pass() }
        try await child.start()
        let joining = Task { try await child.join() }
        joining.cancel()
        await #expect(throws: CancellationError.self) { try await joining.value }
        #expect(child.isAlive)
        gate.open()
        #expect(try await child.join() == .exited(0))
    }

    @Test func whatCannotBeDoneIsSaid() async throws {
        let child = ChildProcess {}
        let early = await #expect(throws: MultiprocessingError.self) { try await child.join() }
        #expect(early?.code == .notStarted)
        #expect(throws: MultiprocessingError.self) { try child.kill() }
        try await child.start()
        let twice = await #expect(throws: MultiprocessingError.self) { try await child.start() }
        #expect(twice?.code == .alreadyStarted)
        try await child.join()
        let unencodable = ChildProcess(Fussy(3)) { _ in }
        let error = await #expect(throws: (any Error).self) { try await unencodable.start() }
        #expect(error is MultiprocessingError || error is Plain)
    }

    @Test func bodiesMaySuspendAndUseTheMainActor() async throws {
        let child = ChildProcess {
            try await Task.sleep(for: .milliseconds(1))
            let isMain = await MainActor.run {
                MainActor.assertIsolated()
                return true
            }
            exit(isMain ? 0 : 5)
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
    }

    @Test func tenThousandWaitsNeedNoThreads() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate) { $0.pass() }
        try await child.start()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10_000 {
                group.addTask { try await child.join(timeout: .seconds(100)) == .exited(0) }
            }
            // The pool of threads is as free as ever while they wait.
            let sum = await Task { (0..<100).reduce(0, +) }.value
            #expect(sum == 4950)
            #expect(threadCount() < 100)
            gate.open()
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: contexts) func manyChildrenAtOnceLeaveNothing(context: ProcessContext) async throws {
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let child = ChildProcess(Int32(number), context: context) { exit($0) }
                    try await child.start()
                    try await child.join()
                    return child.exitCode
                }
            }
            var codes: [Int32] = []
            for try await code in group { if let code { codes.append(code) } }
            #expect(codes.sorted() == (0..<50).map { Int32($0) })
        }
    }
}

/// How many threads this process has.
private func threadCount() -> Int {
    var count = 0
    guard let folder = opendir("/proc/self/task") else { return .max }
    defer { closedir(folder) }
    while readdir(folder) != nil { count += 1 }
    return count - 2
}
