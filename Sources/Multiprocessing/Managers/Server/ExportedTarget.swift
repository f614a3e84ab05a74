import Distributed
import MultiprocessingCore
import Synchronization

/// A method that may be called, and how long it took.
final class ExportedTarget: Sendable {
    private let method: DistributedMethod
    private let runner: any MethodRunner
    private let score = Atomic<Int>(RunScore.first)

    init(_ method: DistributedMethod, _ runner: any MethodRunner) {
        self.method = method
        self.runner = runner
    }

    /// Whether it is fit for a thread that others wait for.
    var isShort: Bool { RunScore.isShort(score.load(ordering: .relaxed)) }

    /// Calls it, and learns how long it takes.
    func run(
        on object: any DistributedActor, _ decoder: ManagerSystem.InvocationDecoder,
        for session: ClientSession, _ id: UInt64
    ) async {
        // Elsewhere others may well have the processor meanwhile; on the loop that is forgiven, because it has to be fast.
        let start = session.core.loop.isCurrent ? RunTime() : RunTime(ofThread: OSThread.currentID)
        await runner.run(method, on: object, decoder, for: session, id)
        let before = score.load(ordering: .relaxed)
        let after = RunScore.next(before, after: start.spent)
        // One of two that end at once may be forgotten.
        if after != before { score.store(after, ordering: .relaxed) }
    }
}

/// When a run began.
private struct RunTime {
    private let thread: UInt?
    private let start: UInt64

    /// Measures by the clock.
    init() {
        thread = nil
        start = Deadline.now.nanoseconds
    }

    /// Measures what a thread works, if the run stays there.
    init(ofThread thread: UInt) {
        self.thread = thread
        start = Deadline.threadTime
    }

    /// Nanoseconds; very many for a run that has changed its thread, because it has waited.
    var spent: UInt64 {
        guard let thread else { return Deadline.now.nanoseconds - start }
        return thread == OSThread.currentID ? Deadline.threadTime - start : .max
    }
}
