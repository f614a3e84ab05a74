import TestSupport
import Testing

@testable import Multiprocessing

/// The thread of a manager, in a process of its own because it looks at all jobs of its process.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ServerLoopTests {
    /// Runs the body on the thread of a loop.
    private static func onLoop(_ body: @escaping @Sendable (ServerLoop) -> Void) async throws {
        let loop = try ServerLoop(runsTasks: true)
        await Task(executorPreference: loop) { body(loop) }.value
        loop.end()
    }

    @Test("A task that is resumed before it sleeps goes on where it is, and no other takes its place")
    func resumedEarly() async throws {
        let child = ChildProcess(options: .captured) {
            let (isDone, done) = AsyncStream<Void>.makeStream()
            try await ServerLoopTests.onLoop { loop in
                loop.resume {}
                Task.detached { done.finish() }
            }
            for await _ in isDone {}
            say("done")
        }
        #expect(try await child.report().output == ["done"])
    }
}
