import MultiprocessingCore

/// The moment until which the current work is of use to whoever asked for it.
///
/// ```swift
/// let answer = try await withDeadline(.seconds(2)) {
///     try await pool.apply(question) { try await solve($0) }
/// }
/// ```
///
/// A pool's calls made inside of ``withDeadline(_:isolation:_:)`` end at that moment: what waits never runs, what runs
/// is cancelled. The deadline travels with a call, so `solve` sees it, and calls that it makes in turn have it too.
public struct TaskDeadline: Hashable, Comparable, Sendable {
    @TaskLocal static var inherited: TaskDeadline?

    /// On the monotonic clock, which all processes of a machine share.
    let moment: Deadline

    /// The deadline of the current task; nil when it has none.
    public static var current: TaskDeadline? { inherited }

    /// How much time is left; zero once it has passed.
    public var timeLeft: Duration { moment.timeLeft }

    /// Whether it has passed.
    public var hasPassed: Bool { moment.hasPassed }

    /// Whether one deadline comes before another.
    ///
    /// - Parameters:
    ///   - left: a deadline.
    ///   - right: another one.
    /// - Returns: true when the first comes earlier.
    public static func < (left: TaskDeadline, right: TaskDeadline) -> Bool {
        left.moment < right.moment
    }

    /// Throws if the current task's deadline has passed; for long work that has a good place to end.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `timeout`.
    public static func check() throws {
        if let current, current.hasPassed { throw MultiprocessingError.deadlinePassed }
    }
}

/// Runs `body` with a deadline for the calls of pools that it makes.
///
/// A deadline that is there already and comes earlier stays. The body itself is not interrupted: its calls end at the
/// deadline, with a ``MultiprocessingError`` with the code `timeout`, and so do calls that their tasks make.
///
/// - Parameters:
///   - limit: the time from now; zero or less has passed already.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws.
public func withDeadline<Result>(
    _ limit: Duration, isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent () async throws -> Result
) async throws -> Result {
    let own = TaskDeadline(moment: .after(limit))
    let deadline = TaskDeadline.inherited.map { min($0, own) } ?? own
    return try await TaskDeadline.$inherited.withValue(deadline, operation: body, isolation: isolation)
}

extension MultiprocessingError {
    /// The deadline of the calling task is over.
    static var deadlinePassed: MultiprocessingError {
        MultiprocessingError(
            .timeout, "the deadline of the calling task has passed; what had not begun never runs")
    }
}
