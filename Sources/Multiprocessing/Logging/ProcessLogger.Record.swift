extension ProcessLogger {
    /// A message that was logged, and by whom, where and when; Python's `LogRecord`.
    ///
    /// ```swift
    /// ProcessLogger.setHandler { record in print(record.process.pid, record.level, record.message) }
    /// ```
    public struct Record: Sendable, Codable, Hashable, CustomStringConvertible {
        /// When it was logged: the time since the beginning of 1970, UTC.
        ///
        /// `Date(timeIntervalSince1970: record.time / .seconds(1))` is Foundation's form of it.
        public let time: Duration
        /// How much the message matters.
        public let level: Level
        /// The text, as it was logged; newlines stay in it.
        ///
        /// Only of a message that comes from another process and is longer than about 96 KiB, the end is
        /// replaced by a mark that says how much is missing.
        public let message: String
        /// What was bound by ``ProcessLogger/withMetadata(_:isolation:_:)`` where it was logged.
        ///
        /// Of a record that comes from another process, what is beyond 32 KiB is left out, and the key `…` says so.
        public let metadata: [String: String]
        /// The process that logged it.
        public let process: ProcessInformation
        /// The caller's module and file, such as `MyProgram/Import.swift`.
        public let fileID: String
        /// The caller's function.
        public let function: String
        /// The caller's line in its file.
        public let line: UInt

        /// The text of a line on standard error, without its end: `[INFO/Process-3] started`.
        ///
        /// Metadata stands behind the name: `[INFO/PoolWorker-1 request=r-17] resized`, in the order of the keys. A
        /// record is one line, always: newlines and carriage returns are written as `\n` and `\r`.
        public var description: String {
            let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            let text = "[\(level)/\(process.name)\(pairs)] \(message)"
            let isOneLine = text.utf8.allSatisfy { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard !isOneLine else { return text }
            // By scalars, because "\r\n" is one character.
            return text.unicodeScalars.reduce(into: "") { line, scalar in
                switch scalar {
                case "\n": line += "\\n"
                case "\r": line += "\\r"
                default: line.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
