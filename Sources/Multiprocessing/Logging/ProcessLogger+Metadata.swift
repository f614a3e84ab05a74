extension ProcessLogger {
    /// What the current task adds to each record that it logs; empty unless somebody has bound something.
    public static var metadata: [String: String] { LogMetadata.current ?? [:] }

    /// Adds metadata to every record that is logged inside of `body`, also by the tasks of pools that it calls.
    ///
    /// ```swift
    /// try await ProcessLogger.withMetadata(["request": request.id]) {
    ///     try await pool.apply(image) { image in
    ///         ProcessLogger.info("resizing")       // [INFO/PoolWorker-1 request=r-17] resizing
    ///         return image.resized()
    ///     }
    /// }
    /// ```
    ///
    /// It is bound as a task-local value is: child tasks have it, detached ones do not. It travels with each call of a
    /// pool that is made inside, without any configuration; a stream takes it when it is made. What was bound further
    /// outside stays; of equal keys the inner one holds. It neither waits nor heeds cancelling. In Python this is
    /// what a `LoggerAdapter` does, for one process.
    ///
    /// - Parameters:
    ///   - metadata: the names and values.
    ///   - isolation: the actor that `body` runs on, by default the caller's.
    ///   - body: what to do.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws.
    public static func withMetadata<Result>(
        _ metadata: [String: String], isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async rethrows -> Result {
        try await LogMetadata.$current.withValue(
            LogMetadata.adding(metadata), operation: body, isolation: isolation)
    }

    /// Adds metadata to every record that is logged inside of `body`, which does not wait for anything.
    ///
    /// - Parameters:
    ///   - metadata: the names and values.
    ///   - body: what to do.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws.
    public static func withMetadata<Result>(
        _ metadata: [String: String], _ body: () throws -> Result
    ) rethrows -> Result {
        try LogMetadata.$current.withValue(LogMetadata.adding(metadata), operation: body)
    }
}

/// The metadata of the current task; it goes with the calls of every pool.
enum LogMetadata: PropagatedTaskLocal {
    @TaskLocal static var current: [String: String]?

    static var taskLocal: TaskLocal<[String: String]?> { $current }

    /// What is bound already, and this.
    static func adding(_ metadata: [String: String]) -> [String: String] {
        (current ?? [:]).merging(metadata) { _, inner in inner }
    }
}
