/// A moment at which no thread is in the middle of something short.
package struct QuietMoment: Sendable {
    /// Who has had a processor for so many nanoseconds without a pause is not waited for any more: it computes, maybe for
    /// long, and is hardly ever in a lock of the runtime's.
    package static let burst: UInt64 = 20_000_000

    private let start: ThreadSurvey
    /// From then on, every moment has to do.
    package let deadline: Deadline

    /// - Parameters:
    ///   - start: what the threads did when it was first asked for.
    ///   - deadline: until when it is worth waiting for.
    package init(since start: ThreadSurvey, until deadline: Deadline) {
        self.start = start
        self.deadline = deadline
    }

    /// Whether all threads sleep, but for those that compute.
    package func isNow(_ survey: ThreadSurvey) -> Bool {
        survey.threads.allSatisfy { id, thread in
            if thread.isAsleep { return true }
            let before =
                start.threads[id] ?? ThreadSurvey.Thread(isAsleep: false, sleeps: 0, processorTime: 0)
            return thread.sleeps == before.sleeps
                && thread.processorTime >= before.processorTime + Self.burst
        }
    }

    /// For how long a program's quiet moments are waited for: the less, the longer it has had none.
    package struct Patience: Sendable {
        package static let most = Duration.seconds(1)
        package static let least = Duration.milliseconds(4)

        package private(set) var duration = most

        package init() {}

        /// A moment was waited for, and has come in time or not.
        package mutating func learn(hasCome: Bool) {
            duration = hasCome ? min(Self.most, duration * 2) : max(Self.least, duration / 2)
        }
    }
}

extension ThreadSurvey {
    /// Whether a thread that slept at an earlier moment has run since.
    package func isDisturbed(since earlier: ThreadSurvey) -> Bool {
        earlier.threads.contains { id, thread in
            guard thread.isAsleep else { return false }
            guard let later = threads[id] else { return true }
            return !later.isAsleep || later.sleeps != thread.sleeps
        }
    }
}
