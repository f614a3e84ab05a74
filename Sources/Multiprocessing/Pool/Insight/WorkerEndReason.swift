extension ProcessPool {
    /// Why a worker is gone.
    public enum WorkerEndReason: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// It ended by itself: it was killed, it trapped, it called `exit`.
        case died
        /// It was ended because its task ran longer than its limit.
        case timeout
        /// It was ended because its task was cancelled and did not listen.
        case cancelled
        /// It was ended because it took more memory than the pool allows.
        case memoryLimit
        /// It was ended because the memory that it shares with the pool held impossible values.
        case protocolViolation
        /// It left in good order: replaced, surplus, idle, or at the end of the pool.
        case left
        /// The pool was terminated, or broke.
        case poolEnded

        /// The reason as one word, fit for a metric's label.
        public var description: String { rawValue }
    }
}
