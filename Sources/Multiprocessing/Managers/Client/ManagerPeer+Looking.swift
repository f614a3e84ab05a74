import MultiprocessingCore
import Synchronization

// Looking for answers, because being woken costs more than a short call.
extension ManagerPeer {
    /// Looks for the answer to a call for a bounded moment; returns whether it has come.
    func look(for id: UInt64) -> Bool {
        let budget = attention.budget
        guard budget > 0, !isWatched.exchange(true, ordering: .acquiring) else { return false }
        defer {
            isWatched.store(false, ordering: .releasing)
            settle()
        }
        let start = Deadline.now.nanoseconds
        var pace = Pace()
        while true {
            pace.wait()
            drain()
            // Somebody else may have taken it in.
            if state.withLock({ $0.calls.isAnswered(id) }) { return true }
            if Deadline.now.nanoseconds - start > budget { return false }
        }
    }

    /// Sends what was appended when the tasks that are about to run have added their calls.
    func carrySoon() {
        guard !isCarried.load(ordering: .relaxed), !isCarried.exchange(true, ordering: .relaxed) else {
            // Whoever carries sends once more after it has said that it does not.
            return
        }
        Task.detached { [self] in await carry() }
    }

    /// Sends calls and takes answers, for as long as there are answers within a bounded moment.
    ///
    /// Between two looks all others get their turn: those who were answered may have more to ask, and those who are to
    /// call for the first time find somebody who sends for them. While they come, no thread goes to sleep.
    private func carry() async {
        var lastNews = Deadline.now.nanoseconds
        let budget = attention.budget
        var made = 0
        var pace = Pace()
        while true {
            link.flush()
            let found = drain()
            let (before, isWaiting) = (
                made,
                state.withLock { state in
                    made = state.made
                    return state.calls.count > 0
                }
            )
            if found || made != before {
                lastNews = Deadline.now.nanoseconds
            } else if !isWaiting || Deadline.now.nanoseconds - lastNews > budget {
                break
            } else {
                pace.wait()
            }
            await Task.yield()
        }
        isCarried.store(false, ordering: .relaxed)
        link.flush()
        settle()
    }
}
