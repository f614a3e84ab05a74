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
    private let start = Deadline.now.nanoseconds
    /// What the thread had worked, where that counts.
    private let work: (thread: UInt, before: UInt64)?

    /// Measures by the clock.
    init() { work = nil }

    /// Measures what a thread works.
    init(ofThread thread: UInt) { work = (thread, Deadline.threadTime) }

    /// Nanoseconds.
    var spent: UInt64 {
        let all = Deadline.now.nanoseconds - start
        guard let work, all < RunScore.veryLong else { return all }
        // A run that goes on elsewhere has waited, and kept nobody from running meanwhile.
        return work.thread == OSThread.currentID ? Deadline.threadTime - work.before : 0
    }
}
