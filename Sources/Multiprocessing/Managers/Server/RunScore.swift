/// What is thought of a method's length after its runs: short above zero.
///
/// A run is measured from outside, so that it also seems long when somebody else had the processor. A method that was
/// short many times is forgiven that a few times.
enum RunScore {
    static let first = 0
    /// Nanoseconds that a short run takes at most.
    private static let short: UInt64 = 50_000
    /// More than others take the processor for.
    static let veryLong: UInt64 = 20_000_000
    private static let best = 64
    private static let fine = 20
    /// After a long run a method has to show elsewhere, where it is measured exactly, that it is short.
    private static let worst = -1

    static func isShort(_ score: Int) -> Bool { score > 0 }

    /// The score after one more run.
    ///
    /// - Parameters:
    ///   - score: that before.
    ///   - spent: how long the run was, in nanoseconds.
    /// - Returns: the new score.
    static func next(_ score: Int, after spent: UInt64) -> Int {
        if spent <= short { return min(score + 1, best) }
        guard spent < veryLong, score > fine else { return worst }
        return score - fine
    }
}
