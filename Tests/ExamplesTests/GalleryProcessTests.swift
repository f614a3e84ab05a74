import TestSupport
import Testing

/// The programs of the gallery about processes: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryProcessTests {
    /// What a program prints, line by line, when all goes well.
    private func lines(of program: String) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        #expect(outcome.output.hasSuffix("\n"))
        return outcome.lines
    }

    @Test func startAndJoin() async throws {
        #expect(try await lines(of: "P02") == ["hello bob"])
    }

    @Test func parentAndChild() async throws {
        let lines = try await lines(of: "P03")
        let numbers = lines.compactMap { $0.firstMatch(of: #/: (\d+)$/#).flatMap { Int32($0.output.1) } }
        try #require(numbers.count == 4)
        let (parent, program, childsParent, child) = (numbers[0], numbers[1], numbers[2], numbers[3])
        #expect(
            lines == [
                "in the program", "  name: MainProcess", "  parent: \(parent)", "  pid: \(program)",
                "in the child", "  name: child", "  parent: \(program)", "  pid: \(child)",
            ])
        #expect(childsParent == program)
        #expect(Set([parent, program, child]).count == 3)
    }

    @Test func listenerAndClient() async throws {
        #expect(
            try await lines(of: "P21") == [
                "[2.25, nil, \"junk\"]", "hello", "8 bytes", "[42, 1729, 0, 0, 0]",
            ])
    }

    @Test func printStartTerminate() async throws {
        let lines = try await lines(of: "P11")
        let numbers = try Self.numbers(in: lines)
        #expect(
            lines == [
                "ChildProcess(sleeper, initial)",
                "ChildProcess(sleeper, \(numbers), started)",
                "ChildProcess(sleeper, \(numbers), stopped(SIGTERM))",
                "it was ended by SIGTERM (15)",
                "exit code -15",
            ])
    }

    @Test func argumentsAndNames() async throws {
        let lines = try await lines(of: "P28")
        #expect(lines.prefix(5).sorted() == (0..<5).map { "worker \($0)" })
        #expect(
            lines.dropFirst(5).sorted()
                == ["Process-8 was here", "my_service was here", "worker 1 was here"])
    }

    @Test func daemonAndEndOfProgram() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var lines = try await lines(of: "P29")
        #expect(clock.now - start >= .seconds(1))
        #expect(lines.popLast() == "exit code of the program: 0")
        // Sorted, because the normal process may be done before the program prints its last line.
        #expect(
            lines.sorted() == [
                "the daemon ended within a second: false",
                "the daemon is alive: true",
                "the normal process is done",
                "the program has nothing more to do",
            ])
    }

    @Test func beforeDuringAndAfter() async throws {
        var lines = try await lines(of: "P30")
        let numbers = try Self.numbers(in: lines)
        try #require(lines.count == 5)
        let terminated = lines.remove(at: 2)
        #expect(
            lines == [
                "before:     ChildProcess(slow worker, initial), alive: false",
                "during:     ChildProcess(slow worker, \(numbers), started), alive: true",
                "joined:     ChildProcess(slow worker, \(numbers), stopped(SIGTERM)), alive: false",
                "exit code:  -15",
            ])
        // The child may end between the printing of its state and of its life, never the other way round.
        let beginning = "terminated: ChildProcess(slow worker, \(numbers), "
        #expect(
            [
                "started), alive: true", "started), alive: false", "stopped(SIGTERM)), alive: false",
            ].contains { terminated == beginning + $0 }, "\(terminated)")
    }

    @Test func logging() async throws {
        let outcome = try await ExampleProgram("gallery").run(["P23"], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.output == "")
        #expect(
            outcome.errors == """
                [WARNING/MainProcess] doomed
                [INFO/worker] child process started
                [NOTICE/worker] at work
                [INFO/worker] process exiting with code 0

                """)
    }

    @Test func exitCodes() async throws {
        #expect(
            try await lines(of: "P31") == [
                "calls exit(1): 1", "ends normally: 0", "returns 1: 0", "throws: 1", "is terminated: -15",
                "standard error: throws: error: there was an error",
            ])
    }

    @Test func taskTypes() async throws {
        #expect(
            try await lines(of: "P32").sorted() == (1...5).map { "greeting \($0) from Greeting-\($0)" })
    }

    /// The numbers of the only child that is printed, and of its parent.
    private static func numbers(in lines: [String]) throws -> String {
        let found = lines.compactMap { $0.firstMatch(of: #/pid \d+, parent \d+/#).map { String($0.output) } }
        return try #require(found.first)
    }
}
