import MultiprocessingCore
import Synchronization

extension ServerLoop {
    /// Looks for more from those who were served, for a bounded moment.
    func look() -> Bool {
        let active = state.withLock { $0.active }
        let budget = attention.budget
        guard !active.isEmpty, budget > 0 else { return false }
        let start = Deadline.now.nanoseconds
        var pace = Pace()
        while true {
            pace.wait()
            var found = false
            for session in active where session.look() { found = true }
            if found || hasJobs { return true }
            if Deadline.now.nanoseconds - start > budget { return false }
        }
    }
}
