import MultiprocessingCore

extension SharedLock {
    /// Runs the body while this task holds the lock; Python's `with lock:`.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller\'s actor; leave it out.
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
        if !storage.tryAcquireAtOnce(), case .ownerDied(let pid) = try await acquire(within: timeout) {
            storage.release(keepingDamage: true)
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
    ///   - isolation: the caller\'s actor; leave it out.
    ///   - body: runs on the caller's actor. The lock is released when it returns or throws.
    /// - Returns: what the body returns.
    /// - Throws: what the repair and the body throw, and the same as without a repair otherwise.
    @discardableResult
    public func withLock<Result>(
        recovering repair: @concurrent (Int32) async throws -> Void, timeout: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        if !storage.tryAcquireAtOnce(), case .ownerDied(let pid) = try await acquire(within: timeout) {
            do {
                try await repair(pid)
            } catch {
                storage.release(keepingDamage: true)
                throw error
            }
            markRepaired()
        }
        return try await releasing(body)
    }

    /// Runs the body and releases the lock.
    @inline(__always)
    private func releasing<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body()
            storage.release()
            return result
        } catch {
            // A wait for a condition in the body may have ended with a lock that needs a repair; the next one is told.
            storage.release(keepingDamage: true)
            throw error
        }
    }

    private func acquire(
        within timeout: Duration?, isolation: isolated (any Actor)? = #isolation
    ) async throws -> Acquisition {
        if let acquisition = try await acquire(timeout: timeout) { return acquisition }
        throw MultiprocessingError(
            .timeout, "the lock is held by \(LockOwner.name(ownerID)) and did not become free")
    }

    // MARK: For blocking code

    /// Blocks the thread until the lock is free and acquires it.
    ///
    /// For code that is not asynchronous, on threads of its own: a task that blocks keeps others from running.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: how it was acquired; nil when the limit was over first.
    /// - Throws: a ``MultiprocessingError`` for a lock that was released without a repair.
    public func acquireBlocking(timeout: Duration? = nil) throws -> Acquisition? {
        if storage.tryAcquireAtOnce() { return .acquired }
        return try storage.acquireBlocking(timeout: timeout).map(Self.acquisition)
    }

    /// Runs the body while the thread holds the lock, which it blocks to get.
    ///
    /// - Parameter body: runs with the lock held, which is released when it returns or throws.
    /// - Returns: what the body returns.
    /// - Throws: the same as ``withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLockBlocking<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        if case .ownerDied(let pid) = try acquireBlocking() {
            storage.release(keepingDamage: true)
            throw OwnerDiedError(processID: pid)
        }
        defer { storage.release() }
        return try body()
    }
}
