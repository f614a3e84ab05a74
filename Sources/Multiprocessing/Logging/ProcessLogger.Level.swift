extension ProcessLogger {
    /// How much a message matters; the names are those of swift-log.
    ///
    /// ```swift
    /// ProcessLogger.level = Level(rawValue: "debug")
    /// ```
    ///
    /// Levels are compared by their weight: `.info < .warning`. A level is encoded by its name.
    public enum Level: String, Sendable, Codable, Hashable, CaseIterable, Comparable, CustomStringConvertible
    {
        /// Every single step, for whoever follows the program through.
        case trace
        /// What helps to find a fault.
        case debug
        /// What happens in normal operation.
        case info
        /// What happens in normal operation and deserves to be seen.
        case notice
        /// Something is not as it should be, but the work goes on.
        case warning
        /// Something has failed.
        case error
        /// Something has failed that the program needs.
        case critical

        /// The place in the order, from 1; 0 is kept for no level.
        var weight: UInt8 {
            switch self {
            case .trace: 1
            case .debug: 2
            case .info: 3
            case .notice: 4
            case .warning: 5
            case .error: 6
            case .critical: 7
            }
        }

        /// The level of this weight; nil when there is none.
        init?(weight: UInt8) {
            guard let level = Self.allCases.first(where: { $0.weight == weight }) else { return nil }
            self = level
        }

        /// The name as it stands in a line on standard error: `INFO`.
        public var description: String { rawValue.uppercased() }

        /// Whether a level matters less than another.
        public static func < (left: Level, right: Level) -> Bool { left.weight < right.weight }
    }
}
