import MultiprocessingCore

extension ManagedRecursiveLock {
    /// Acquires the lock, at once if this task holds it already; Python's `acquire()`.
    ///
    /// - Returns: whether it was left by a process that ended; see ``SharedLock/Acquisition``.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the lock is then not held. A
    ///   ``MultiprocessingError`` for a lock that was released without a repair, and when the manager is gone.
    @discardableResult
    public nonisolated(nonsending) func acquire() async throws -> SharedLock.Acquisition {
        // Without a limit there is an outcome.
        try await acquire(timeout: nil) ?? .acquired
    }

    /// Acquires the lock, waiting up to a limit; Python's `acquire(timeout=…)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: how it was acquired; nil when the limit was over first.
    /// - Throws: the same as without a limit.
    public nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> SharedLock.Acquisition? {
        let owner = LockOwner.current.raw
        return try await PatientCall.perform { try await performAcquire(owner, timeout) }
            .map(SharedLock.acquisition)
    }

    /// Releases one acquisition, also when the task was cancelled.
    ///
    /// - Throws: a ``MultiprocessingError`` when this task does not hold the lock, or the manager is gone.
    public nonisolated(nonsending) func release() async throws {
        let owner = LockOwner.current.raw
        try await PatientCall.insist { try await self.performRelease(owner, false) }
    }

    /// Says that what the lock guards is in order again; for the holder, after `ownerDied`.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func markRepaired() async throws {
        try await performRepaired()
    }

    /// Whether somebody holds it at the moment.
    public nonisolated var isLocked: Bool { get async throws { try await performLook().processID != nil } }

    /// How often the owner has acquired it.
    public nonisolated var depth: Int { get async throws { try await performLook().depth } }

    /// Tells whether this task holds it.
    ///
    /// - Returns: false also when another task of this process does.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func isHeldByCurrentTask() async throws -> Bool {
        let owner = LockOwner.current.raw
        let look = try await performLook()
        return look.isOwn && look.task == owner
    }

    /// Runs the body while this task holds the lock; Python's `with lock:`.
    ///
    /// Scopes may lie inside each other.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: runs in the same task, on the caller's actor.
    /// - Returns: what the body returns.
    /// - Throws: the same as ``ManagedLock/withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        let owner = LockOwner.current.raw
        guard let acquisition = try await acquire(timeout: timeout) else {
            throw MultiprocessingError(.timeout, "the lock is held by another task and did not become free")
        }
        if case .ownerDied(let pid) = acquisition {
            try await PatientCall.insist { try await self.performRelease(owner, true) }
            throw OwnerDiedError(processID: pid)
        }
        let result: Result
        do {
            result = try await body()
        } catch {
            try? await PatientCall.insist { try await self.performRelease(owner, true) }
            throw error
        }
        try await PatientCall.insist { try await self.performRelease(owner, false) }
        return result
    }
}
