import MultiprocessingCore

extension ManagedCondition {
    /// The lock that guards what is waited for.
    public nonisolated var lock: ManagedLock { get async throws { try await performLock() } }

    /// How many tasks wait and were not notified yet.
    public nonisolated var waitingCount: Int { get async throws { try await performLook() } }

    /// Runs the body while this task holds the lock; see ``ManagedLock/withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        try await performLock().withLock(timeout: timeout, body)
    }

    /// Releases the lock, waits for a notification, and acquires the lock again; Python's `wait()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only lets others have the lock for a moment.
    /// - Returns: false when the limit was over before a notification came. The lock is held again in any case.
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock, or the manager is gone;
    ///   `CancellationError` when the task is cancelled while it waits, and an ``OwnerDiedError`` when the lock's
    ///   holder ended meanwhile. The lock is held again then, too.
    @discardableResult
    public nonisolated(nonsending) func wait(timeout: Duration? = nil) async throws -> Bool {
        try await PatientCall.perform { try await performWait(timeout) }
    }

    /// Waits until a predicate holds that the lock guards; Python's `wait_for()`.
    ///
    /// - Parameters:
    ///   - timeout: nil waits without a limit.
    ///   - isolation: the caller's actor, on which the predicate runs.
    ///   - predicate: is asked at first and after each notification, with the lock held.
    /// - Returns: what the predicate said last, so false when the limit was over first.
    /// - Throws: what the predicate throws, and the same as ``wait(timeout:)``.
    @discardableResult
    public func wait(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        until predicate: @concurrent () async throws -> Bool
    ) async throws -> Bool {
        let deadline = timeout.map(Deadline.after)
        while try await !predicate() {
            if let deadline, deadline.hasPassed { return false }
            try await wait(timeout: deadline.map(\.timeLeft))
        }
        return true
    }

    /// Wakes tasks that wait; Python's `notify()`.
    ///
    /// - Parameter count: how many at most; more than wait are no error, and do not count later.
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock, or the manager is gone.
    public nonisolated(nonsending) func notify(_ count: Int = 1) async throws {
        try await performNotify(count)
    }

    /// Wakes all tasks that wait; Python's `notify_all()`.
    ///
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock, or the manager is gone.
    public nonisolated(nonsending) func notifyAll() async throws {
        try await performNotify(.max)
    }
}
