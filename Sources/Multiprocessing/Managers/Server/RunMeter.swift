import MultiprocessingCore
import Synchronization

/// How long the runs of a method take.
final class RunMeter: Sendable {
    private let score = Atomic<Int>(RunScore.first)

    /// Whether it is fit for a thread that others wait for.
    var isShort: Bool { RunScore.isShort(score.load(ordering: .relaxed)) }

    /// A run is over.
    func learn(_ time: RunTime) {
        let before = score.load(ordering: .relaxed)
        let after = RunScore.next(before, after: time.spent)
        // One of two that end at once may be forgotten.
        if after != before { score.store(after, ordering: .relaxed) }
    }
}

/// When a run began.
struct RunTime {
    private let start = Deadline.now.nanoseconds
    /// What the thread had worked, where that counts.
    private let work: (thread: UInt, before: UInt64)?

    /// A run begins.
    ///
    /// - Parameter onLoop: whether on a manager's loop. Elsewhere others may well have the processor meanwhile, so what
    ///   counts is what the thread works; on the loop they are forgiven, because it has to be fast.
    init(onLoop: Bool) { work = onLoop ? nil : (OSThread.currentID, Deadline.threadTime) }

    /// Nanoseconds.
    var spent: UInt64 {
        let all = Deadline.now.nanoseconds - start
        guard let work, all < RunScore.veryLong else { return all }
        // A run that goes on elsewhere has waited, and kept nobody from running meanwhile.
        return work.thread == OSThread.currentID ? Deadline.threadTime - work.before : 0
    }
}
