import Dispatch
import Synchronization

/// Runs a hook on the worker's thread, which waits for its end.
enum HookRun {
    /// Returns what the hook threw; nil when it returned.
    static func run(_ hook: @escaping @Sendable () async throws -> Void) -> (any Error)? {
        let outcome = Outcome()
        Task.immediate {
            do {
                try await hook()
            } catch {
                outcome.error.withLock { $0 = error }
            }
            outcome.isThere.signal()
        }
        outcome.isThere.wait()
        return outcome.error.withLock { $0 }
    }

    private final class Outcome: Sendable {
        let error = Mutex<(any Error)?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }
}
