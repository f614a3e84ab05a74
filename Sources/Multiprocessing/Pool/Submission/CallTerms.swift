import MultiprocessingCore

/// What a call asks for besides running it, as things were when it was made; one for all its chunks.
final class CallTerms: Sendable {
    let rank: LaneQueue.Rank
    let queueTimeout: Duration?
    let deadline: TaskDeadline?
    /// What is sent in front of each chunk; empty for nothing.
    let escort: [UInt8]

    private init(
        rank: LaneQueue.Rank, queueTimeout: Duration?, deadline: TaskDeadline?, escort: [UInt8]
    ) {
        self.rank = rank
        self.queueTimeout = queueTimeout
        self.deadline = deadline
        self.escort = escort
    }

    /// Terms of which a worker is told.
    static var rehearsal: CallTerms? {
        let deadline = TaskDeadline(moment: .after(.seconds(1)))
        let escort = try? Escort.bytes(priority: .medium, deadline: deadline, locals: [])
        return escort.map { CallTerms(rank: .usual, queueTimeout: nil, deadline: deadline, escort: $0) }
    }

    /// The terms of a call that the current task makes; nil, which costs nothing, for a call without any.
    ///
    /// - Throws: when the task's deadline has passed, and when a task-local value cannot be encoded.
    static func current(at site: PoolCallSite) throws -> CallTerms? {
        let options = site.options
        var locals = site.core.configuration.taskLocals
        if LogMetadata.current != nil { locals.append(LogMetadata.self) }
        let priority = options.priority ?? Task.currentPriority
        let deadline = TaskDeadline.current
        let isUsual =
            options.lane == nil && priority == .medium && deadline == nil && options.queueTimeout == nil
        if isUsual, locals.isEmpty { return nil }
        if let deadline, deadline.hasPassed { throw MultiprocessingError.deadlinePassed }
        let escort = try Escort.bytes(priority: priority, deadline: deadline, locals: locals)
        if isUsual, escort.isEmpty { return nil }
        return CallTerms(
            rank: LaneQueue.Rank(lane: options.lane ?? .standard, priority: priority.rawValue),
            queueTimeout: options.queueTimeout, deadline: deadline, escort: escort)
    }

    /// What watches the time of a chunk; nil when no limit is set.
    func makeAlarm() -> ChunkAlarm? {
        queueTimeout == nil && deadline == nil ? nil : ChunkAlarm(self)
    }
}
