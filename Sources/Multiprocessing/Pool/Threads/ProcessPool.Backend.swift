extension ProcessPool {
    /// What the workers of a pool are.
    public struct Backend: Sendable, Hashable {
        private let isThreads: Bool

        /// Processes: the usual pool.
        public static let processes = Backend(isThreads: false)

        /// Threads of this process, for debugging, for tests, and for work that only waits; Python's `ThreadPool`.
        ///
        /// Everything is as with processes, apart from what keeps them apart: arguments and results are copied through
        /// the same coder, but static values are those of this process, and a task that traps ends it. What a
        /// task throws arrives as it is, whatever its type. A task that is over its limit cannot be ended: it is
        /// cancelled and reported, its thread is given up and replaced, and it goes on until it returns. Limits of
        /// memory and the redirection of output are refused, and start options have no effect.
        public static let threads = Backend(isThreads: true)

        /// What became of a worker whose task was over its limit.
        var wordsForEnding: String {
            isThreads
                ? "it was cancelled, and its thread is replaced and goes on until the task returns"
                : "its worker was ended and replaced"
        }
    }
}

extension ProcessPool.Configuration {
    /// Refuses what threads of this process cannot have.
    func check(_ backend: ProcessPool.Backend) throws(MultiprocessingError) {
        guard backend == .threads else { return }
        guard memoryLimit == nil, recycling.maxMemory == nil else {
            throw MultiprocessingError(
                .invalidArgument,
                "threads have no memory of their own, so it cannot be limited: use .processes")
        }
        guard output == .inherited, keptErrorLines == 0 else {
            throw MultiprocessingError(
                .invalidArgument, "threads have no output of their own to be tagged or kept: use .processes")
        }
    }
}
