import MultiprocessingCore

/// A lock that the task which holds it can acquire again; Python's `multiprocessing.RLock`.
///
/// It belongs to a task of a process, whatever threads that runs on, and in code that is not asynchronous to the
/// thread. Each acquisition needs a release by the same owner. Child tasks of the owner are not the owner. It travels
/// to other processes like any value. When the process that holds it ends, the next one to acquire it is told.
public final class SharedRecursiveLock: Sendable {
    private let storage: RecursiveLockStorage

    /// Makes a lock that is free.
    ///
    /// - Throws: a ``MultiprocessingError`` when the system has no memory or descriptors left.
    public init() throws {
        storage = try RecursiveLockStorage.make()
    }

    private init(_ storage: RecursiveLockStorage) {
        self.storage = storage
    }

    /// Acquires the lock, at once if this task holds it already; Python's `acquire()`.
    ///
    /// - Returns: whether it was left by a process that ended; see ``SharedLock/Acquisition``.
    /// - Throws: `CancellationError` when the task is cancelled while it waits. A ``MultiprocessingError`` for a lock
    ///   that was released without a repair.
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
        let owner = LockOwner.current
        if storage.enterAgain(owner) || storage.tryAcquireAtOnce(owner) { return .acquired }
        return try await storage.acquire(owner, timeout: timeout).map(SharedLock.acquisition)
    }

    /// Releases one acquisition.
    ///
    /// - Throws: a ``MultiprocessingError`` when this task does not hold the lock.
    public func release() throws {
        guard storage.release(.current) else {
            throw MultiprocessingError(
                .notHeld, "a SharedRecursiveLock can be released by its owner only, which is \(ownerName)")
        }
    }

    /// Says that what the lock guards is in order again; for the holder, after `ownerDied`.
    public func markRepaired() {
        storage.word.repaired()
    }

    /// Whether somebody holds it at the moment.
    public var isLocked: Bool { storage.word.holder != nil }

    /// Whether this task holds it.
    public var isHeldByCurrentTask: Bool { storage.isHeld(by: .current) }

    /// How often the owner has acquired it.
    public var depth: Int { storage.depth }

    /// Runs the body while this task holds the lock; Python's `with lock:`.
    ///
    /// Scopes may lie inside each other.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller\'s actor; leave it out.
    ///   - body: runs in the same task, on the caller's actor.
    /// - Returns: what the body returns.
    /// - Throws: the same as ``SharedLock/withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        guard let acquisition = try await acquire(timeout: timeout) else {
            throw MultiprocessingError(.timeout, "the lock is held by \(ownerName) and did not become free")
        }
        let owner = LockOwner.current
        if case .ownerDied(let pid) = acquisition {
            storage.release(owner, keepingDamage: true)
            throw OwnerDiedError(processID: pid)
        }
        defer { storage.release(owner) }
        return try await body()
    }

    /// Blocks the thread until it has the lock; for code that is not asynchronous.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: how it was acquired; nil when the limit was over first.
    /// - Throws: a ``MultiprocessingError`` for a lock that was released without a repair.
    public func acquireBlocking(timeout: Duration? = nil) throws -> SharedLock.Acquisition? {
        let owner = LockOwner.current
        if storage.enterAgain(owner) || storage.tryAcquireAtOnce(owner) { return .acquired }
        return try storage.acquireBlocking(owner, timeout: timeout).map(SharedLock.acquisition)
    }

    /// Runs the body while the thread or task holds the lock, which it blocks to get.
    ///
    /// - Returns: what the body returns.
    /// - Throws: the same as ``withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLockBlocking<Result>(_ body: () throws -> Result) throws -> Result {
        let owner = LockOwner.current
        if case .ownerDied(let pid) = try acquireBlocking() {
            storage.release(owner, keepingDamage: true)
            throw OwnerDiedError(processID: pid)
        }
        defer { storage.release(owner) }
        return try body()
    }

    private var ownerName: String { LockOwner.name(storage.word.holder?.pid) }
}

extension SharedRecursiveLock: Codable, CustomStringConvertible {
    /// The lock that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try RecursiveLockStorage.decode(from: decoder))
    }

    /// Sends the lock along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try storage.encode(to: encoder)
    }

    /// Who holds it, and how often.
    public var description: String { "SharedRecursiveLock(owner: \(ownerName), depth: \(depth))" }
}
