import Glibc

/// What is still done when a process ends by itself: at the end of `main`, of a body, or by `exit`.
package enum EndOfProcess {
    private static let step = GlobalMutex<(@Sendable () -> Void)?>(nil)

    /// Runs a step at the end, once; the first one that is registered counts.
    package static func register(_ new: @escaping @Sendable () -> Void) {
        let isFirst = step.withLock { step in
            guard step == nil else { return false }
            step = new
            return true
        }
        // A forked copy has a handler of its own from its beginning.
        if isFirst, !ForkedChild.isCurrent { atexit { EndOfProcess.run() } }
    }

    /// In a forked copy: what its starter registered is its starter's.
    static func forget() {
        step.withLock { $0 = nil }
    }

    /// Runs what was registered, unless it has run.
    package static func run() {
        let step = step.withLock { $0.take() }
        step?()
    }
}
