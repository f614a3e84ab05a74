import TestSupport
import Testing

/// The programs of the gallery about pools: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryWorkersTests {
    @Test func initializersAndLimitsOfTasks() async throws {
        let outcome = try await ExampleProgram("gallery").run(["P37"], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        let greetings = outcome.lines.filter { $0.hasPrefix("starting PoolWorker-") }
        // Each worker says it once.
        #expect(Set(greetings).count == greetings.count)
        #expect(greetings.count >= 9)
        let others = outcome.lines.filter { !$0.hasPrefix("starting PoolWorker-") }
        #expect(
            others == [
                "doubled: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]",
                "5 or more processes ran 10 tasks, at most 2 each",
            ])
    }
}
