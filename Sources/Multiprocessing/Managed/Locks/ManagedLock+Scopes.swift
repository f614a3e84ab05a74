import MultiprocessingCore

extension ManagedLock {
    /// Waits until the lock is free and acquires it; Python's `acquire()`.
    ///
    /// - Returns: whether it was left by a process that ended; see ``SharedLock/Acquisition``.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the lock is then not held. A
    ///   ``MultiprocessingError`` for a lock that was released without a repair, and when the manager is gone.
    @discardableResult
    public nonisolated(nonsending) func acquire() async throws -> SharedLock.Acquisition {
        // Without a limit there is an outcome.
        try await acquire(timeout: nil) ?? .acquired
    }

    /// Waits until the lock is free and acquires it, up to a limit; Python's `acquire(timeout=…)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: how it was acquired; nil when the limit was over first.
    /// - Throws: the same as without a limit.
    public nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> SharedLock.Acquisition? {
        try await PatientCall.perform { try await performAcquire(timeout) }.map(SharedLock.acquisition)
    }

    /// Acquires the lock if it is free; Python's `acquire(block=False)`.
    ///
    /// - Returns: how it was acquired; nil when somebody holds it.
    /// - Throws: the same as ``acquire()``.
    public nonisolated(nonsending) func tryAcquire() async throws -> SharedLock.Acquisition? {
        try await acquire(timeout: .zero)
    }

    /// Releases the lock, whoever acquired it.
    ///
    /// It is released also when the task was cancelled.
    ///
    /// - Throws: a ``MultiprocessingError`` when nobody holds it, or the manager is gone.
    public nonisolated(nonsending) func release() async throws {
        try await PatientCall.insist { try await self.performRelease(false) }
    }

    /// Says that what the lock guards is in order again; for the holder, after `ownerDied`.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func markRepaired() async throws {
        try await performRepaired()
    }

    /// Whether somebody holds it at the moment.
    public nonisolated var isLocked: Bool { get async throws { try await performLook().processID != nil } }

    /// The process that holds it, if one does.
    public nonisolated var ownerID: Int32? { get async throws { try await performLook().processID } }

    /// Runs the body while this task holds the lock; Python's `with lock:`.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: runs on the caller's actor. The lock is released when it returns or throws.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws; `CancellationError` when the task is cancelled while it waits; before the body,
    ///   an ``OwnerDiedError`` when the last holder ended without a release, for as long as nobody repairs what the
    ///   lock guards, and a ``MultiprocessingError`` when the limit is over.
    @discardableResult
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        if case .ownerDied(let pid) = try await acquire(within: timeout) {
            try await leaveDamaged()
            throw OwnerDiedError(processID: pid)
        }
        return try await releasing(body)
    }

    /// Runs the body while this task holds the lock, after a repair if the last holder ended without a release.
    ///
    /// - Parameters:
    ///   - repair: puts in order what the lock guards; it gets the identifier of the process that ended. When it
    ///     throws, the lock stays in need of a repair.
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: runs on the caller's actor. The lock is released when it returns or throws.
    /// - Returns: what the body returns.
    /// - Throws: what the repair and the body throw, and the same as without a repair otherwise.
    @discardableResult
    public func withLock<Result>(
        recovering repair: @concurrent (Int32) async throws -> Void, timeout: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        if case .ownerDied(let pid) = try await acquire(within: timeout) {
            do {
                try await repair(pid)
            } catch {
                try? await leaveDamaged()
                throw error
            }
            try await PatientCall.insist { try await self.performRepaired() }
        }
        return try await releasing(body)
    }

    private nonisolated(nonsending) func leaveDamaged() async throws {
        try await PatientCall.insist { try await self.performRelease(true) }
    }

    private func releasing<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            // A wait for a condition in the body may have ended with a lock that needs a repair; the next one is told.
            try? await leaveDamaged()
            throw error
        }
        try await release()
        return result
    }

    private nonisolated(nonsending) func acquire(within timeout: Duration?) async throws
        -> SharedLock.Acquisition
    {
        if let acquisition = try await acquire(timeout: timeout) { return acquisition }
        throw MultiprocessingError(
            .timeout, "the lock is held by \(LockOwner.name(try? await ownerID)) and did not become free")
    }
}
