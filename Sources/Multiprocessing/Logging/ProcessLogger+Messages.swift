extension ProcessLogger {
    /// Logs a message, if its level is high enough and there is an output.
    ///
    /// ```swift
    /// ProcessLogger.log(.warning, "only \(room) bytes are left")
    /// ```
    ///
    /// Whether it is shown is decided by one load of an atomic; a message that is not shown is not even made. A helper
    /// function of yours passes on `fileID:`, `function:` and `line:`, with the same defaults, so that records name
    /// its caller. It throws nothing and does not heed cancelling. It may wait: for standard error as every output
    /// does, for a parent that collects for a second at most.
    ///
    /// - Parameters:
    ///   - level: how much the message matters.
    ///   - message: the text.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func log(
        _ level: Level, _ message: @autoclosure () -> String, fileID: String = #fileID,
        function: String = #function, line: UInt = #line
    ) {
        guard LogCenter.shows(level) else { return }
        LogCenter.publish(Record(level, message(), fileID: fileID, function: function, line: line))
    }

    /// Logs at the level trace: every single step, for whoever follows the program through.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func trace(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.trace, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level debug: what helps to find a fault.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func debug(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.debug, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level info: what happens in normal operation.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func info(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.info, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level notice: what is normal and deserves to be seen.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func notice(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.notice, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level warning: something is not as it should be, but the work goes on.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func warning(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.warning, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level error: something has failed.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func error(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.error, message(), fileID: fileID, function: function, line: line)
    }

    /// Logs at the level critical: something has failed that the program needs.
    ///
    /// - Parameters:
    ///   - message: the text; made only when it is shown.
    ///   - fileID: the caller's file.
    ///   - function: the caller's function.
    ///   - line: the caller's line.
    public static func critical(
        _ message: @autoclosure () -> String, fileID: String = #fileID, function: String = #function,
        line: UInt = #line
    ) {
        log(.critical, message(), fileID: fileID, function: function, line: line)
    }
}
