import MultiprocessingCore
import Synchronization

// Looking for answers, because being woken costs more than a short call.
extension ManagerPeer {
    /// Looks for the answer to a call for a bounded moment.
    func look(for id: UInt64) -> Outcome? {
        let budget = attention.budget
        guard budget > 0, !isWatched.exchange(true, ordering: .acquiring) else { return nil }
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
            if let outcome = state.withLock({ $0.calls.take(id) }) { return outcome }
            if Deadline.now.nanoseconds - start > budget { return nil }
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
    private func carry() async {
        var lastNews = Deadline.now.nanoseconds
        let budget = attention.budget
        var pace = Pace()
        while true {
            link.flush()
            if drain() {
                // Those who were answered may have more to ask.
                await Task.yield()
                lastNews = Deadline.now.nanoseconds
                continue
            }
            guard state.withLock({ $0.calls.count > 0 }), Deadline.now.nanoseconds - lastNews < budget else {
                break
            }
            pace.wait()
        }
        isCarried.store(false, ordering: .relaxed)
        link.flush()
        settle()
    }
}
