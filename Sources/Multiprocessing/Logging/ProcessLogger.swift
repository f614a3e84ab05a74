/// The logger of this process and its children; Python's `multiprocessing.get_logger`.
///
/// ```swift
/// ProcessLogger.logToStandardError(level: .info)
/// ProcessLogger.info("started \(count) jobs")      // [INFO/MainProcess] started 3 jobs
/// ```
///
/// Nothing is shown until there is a level and an output: standard error, a handler, or a sequence of
/// ``records()``. The library itself logs when a child starts and ends, at the level info. The settings are those of
/// the whole process. A child takes over the level and whether it logs to standard error, as they are at its start;
/// a handler stays here and is given the records of the children.
public enum ProcessLogger {
    /// The least level that is shown; nil, as at the start, shows nothing.
    ///
    /// Children that were started before a change keep the level that they have.
    public static var level: Level? {
        get { LogCenter.level }
        set { LogCenter.change { $0.level = newValue } }
    }

    /// Whether this process writes its messages to standard error; false at the start.
    ///
    /// A line is `[LEVEL/ProcessName] message`, always one: newlines in a message are written as `\n`. It is written by
    /// one call of the system, so lines of many processes do not mix; only a pipe that is full can divide a line of
    /// more than 4,096 bytes. Children that were started before a change keep what they have.
    public static var logsToStandardError: Bool {
        get { LogCenter.logsToStandardError }
        set { LogCenter.change { $0.logsToStandardError = newValue } }
    }

    /// Writes messages of this level and above to standard error from now on; Python's `log_to_stderr`.
    ///
    /// - Parameter level: becomes the level of the whole logger.
    public static func logToStandardError(level: Level) {
        LogCenter.change { state in
            state.level = level
            state.logsToStandardError = true
        }
    }

    /// Gives the records to a handler, such as a bridge to another logging system; Python's `addHandler`.
    ///
    /// ```swift
    /// let logger = Logger(label: "my-program")     // of swift-log
    /// ProcessLogger.setHandler { record in
    ///     logger.log(
    ///         level: .init(rawValue: record.level.rawValue) ?? .info, "\(record.message)",
    ///         metadata: record.metadata.mapValues { .string($0) }
    ///             .merging(["process": "\(record.process)"]) { $1 },
    ///         file: record.fileID, function: record.function, line: record.line)
    /// }
    /// ```
    ///
    /// It gets the records of this process on the thread that logs, before the call that logs returns. It also gets
    /// those of the children that are started from now on, and of theirs, a little later, one after another on a
    /// thread of its own; so it may be called by several threads at a time. A slow handler holds up children
    /// that log: when some 1,000 of their records wait, they wait too, for a second at most, and then write to
    /// standard error. A child does not take over a handler; one that is set in a child whose parent collects gets the
    /// child's own records only. A handler must not log by `ProcessLogger` itself.
    ///
    /// - Parameter handler: replaces the one before; nil for none.
    public static func setHandler(_ handler: (@Sendable (Record) -> Void)?) {
        // The handler before ends when the lock is free again: what it holds may log as it ends.
        _ = LogCenter.change { state in
            let before = state.handler
            state.handler = handler
            return before
        }
    }
}
