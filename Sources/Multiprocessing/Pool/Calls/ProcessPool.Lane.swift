extension ProcessPool {
    /// A part of a pool's work that gets its share of the workers, however much of the other work waits.
    ///
    /// ```swift
    /// extension ProcessPool.Lane { static let interactive: Self = "interactive" }
    /// configuration.lanes = [.interactive: 3]
    /// let page = try await pool.with(lane: .interactive).apply(text) { $0.rendered() }
    /// ```
    ///
    /// A lane needs no declaration; ``Configuration/lanes`` gives some of them more weight than one.
    public struct Lane: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// The name.
        public let name: String

        /// The lane of calls that name none.
        public static let standard: Lane = "standard"

        /// A lane of this name, such as a customer's.
        ///
        /// - Parameter name: what tells it from others.
        public init(_ name: String) {
            self.name = name
        }

        /// A lane whose name stands in the program.
        ///
        /// - Parameter value: what tells it from others.
        public init(stringLiteral value: String) {
            name = value
        }

        /// The name.
        public var description: String { name }
    }
}
