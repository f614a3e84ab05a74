extension ProcessPool {
    /// How a pool treats its workers and its tasks.
    ///
    /// ```swift
    /// var configuration = ProcessPool.Configuration()
    /// configuration.cancellationGrace = .milliseconds(200)
    /// let pool = try ProcessPool(workers: 4, configuration: configuration)
    /// ```
    public struct Configuration: Sendable {
        /// The time in which a task that was cancelled has to end; its worker is ended and replaced after that.
        ///
        /// One second, unless set. Zero ends the worker at once.
        public var cancellationGrace = Duration.seconds(1)

        /// The usual configuration.
        public init() {}
    }
}
