import Glibc
import Synchronization

/// What is still done when a process ends by itself: at the end of `main`, of a body, or by `exit`.
package enum EndOfProcess {
    private static let step = Mutex<(@Sendable () -> Void)?>(nil)

    /// Runs a step at the end, once; the first one that is registered counts.
    package static func register(_ new: @escaping @Sendable () -> Void) {
        let isFirst = step.withLock { step in
            guard step == nil else { return false }
            step = new
            return true
        }
        if isFirst { atexit { EndOfProcess.run() } }
    }

    /// Runs what was registered, unless it has run.
    package static func run() {
        let step = step.withLock { $0.take() }
        step?()
    }
}
