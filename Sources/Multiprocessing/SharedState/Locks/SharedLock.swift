import MultiprocessingCore

/// A lock that one task of one process holds at a time; Python's `multiprocessing.Lock`.
///
/// ```swift
/// let lock = try SharedLock()
/// let child = ChildProcess(lock) { lock in try await lock.withLock { print("alone") } }
/// ```
///
/// It travels to other processes like any value: captured, as an argument, or in a message. Acquiring and releasing a
/// free lock makes no system call. The tasks of one process get it in the order in which they came; between processes
/// there is no order. Anyone may release it, also another process than the one that acquired it. When the process
/// that holds it ends, the next one to acquire it is told, within a tenth of a second.
public final class SharedLock: Sendable {
    /// How the lock was acquired.
    public enum Acquisition: Hashable, Sendable {
        /// In order.
        case acquired
        /// The process with this identifier ended while it held the lock, and nobody has repaired what it guards.
        ///
        /// The lock is held now. Repair what it guards and call ``SharedLock/markRepaired()`` before the release; a
        /// lock that is released without that is never acquired again.
        case ownerDied(Int32)
    }

    let storage: LockStorage

    /// Makes a lock that is free.
    ///
    /// - Throws: a ``MultiprocessingError`` when the system has no memory or descriptors left.
    public init() throws {
        storage = try LockStorage.make()
    }

    init(_ storage: LockStorage) {
        self.storage = storage
    }

    /// Waits until the lock is free and acquires it; Python's `acquire()`.
    ///
    /// - Returns: whether it was left by a process that ended, which is worth a look if what it guards can be damaged.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the lock is then not held. A
    ///   ``MultiprocessingError`` for a lock that was released without a repair.
    @discardableResult
    public nonisolated(nonsending) func acquire() async throws -> Acquisition {
        // Without a limit there is an outcome.
        try await acquire(timeout: nil) ?? .acquired
    }

    /// Waits until the lock is free and acquires it, up to a limit; Python's `acquire(timeout=…)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: how it was acquired; nil when the limit was over first.
    /// - Throws: the same as without a limit.
    public nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> Acquisition? {
        if storage.tryAcquireAtOnce() { return .acquired }
        return try await storage.acquire(timeout: timeout).map(Self.acquisition)
    }

    /// Acquires the lock if it is free; Python's `acquire(block=False)`.
    ///
    /// - Returns: how it was acquired; nil when somebody holds it.
    /// - Throws: a ``MultiprocessingError`` for a lock that was released without a repair.
    public func tryAcquire() throws -> Acquisition? {
        try acquireBlocking(timeout: .zero)
    }

    /// Releases the lock, whoever acquired it.
    ///
    /// - Throws: a ``MultiprocessingError`` when nobody holds it.
    public func release() throws {
        guard storage.release() else {
            throw MultiprocessingError(.notHeld, "a SharedLock was released that nobody holds")
        }
    }

    /// Says that what the lock guards is in order again; for the holder, after ``Acquisition/ownerDied(_:)``.
    public func markRepaired() {
        storage.word.repaired()
    }

    /// Whether somebody holds it at the moment.
    public var isLocked: Bool { storage.word.holder != nil }

    /// The process that holds it, if one does; it may have ended meanwhile.
    public var ownerID: Int32? { storage.word.holder?.pid }

    static func acquisition(_ outcome: LockOutcome) throws -> Acquisition {
        switch outcome {
        case .acquired: return .acquired
        case .ownerDied(let pid): return .ownerDied(pid)
        case .unrecoverable:
            throw MultiprocessingError(
                .unrecoverable,
                "a process ended while it held the lock, and the next holder released it without a repair")
        }
    }
}

extension SharedLock: Codable {
    /// The lock that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try LockStorage.decode(from: decoder))
    }

    /// Sends the lock along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try storage.encode(to: encoder)
    }
}

extension SharedLock: CustomStringConvertible {
    /// Who holds it.
    public var description: String {
        storage.word.isUnrecoverable
            ? "SharedLock(unrecoverable)" : "SharedLock(owner: \(LockOwner.name(ownerID)))"
    }
}
