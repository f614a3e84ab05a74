import MultiprocessingCore

extension Manager {
    /// Makes a lock in the manager's process; Python's `manager.Lock()`.
    ///
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func lock() async throws -> ManagedLock {
        try await make(ManagedLock.self, of: Nothing())
    }

    /// Makes a lock in the manager's process that its owner can acquire again; Python's `manager.RLock()`.
    ///
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func recursiveLock() async throws -> ManagedRecursiveLock {
        try await make(ManagedRecursiveLock.self, of: Nothing())
    }

    /// Makes a semaphore in the manager's process; Python's `manager.Semaphore()` and `manager.BoundedSemaphore()`.
    ///
    /// - Parameters:
    ///   - value: how many permits are free at the beginning, zero or more.
    ///   - bound: how many may be free at most; nil for no bound.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` for a negative value or one above the bound; the same as ``list(_:)``.
    public nonisolated(nonsending) func semaphore(value: Int = 1, bound: Int? = nil) async throws
        -> ManagedSemaphore
    {
        try await make(ManagedSemaphore.self, of: ManagedSemaphore.Content(value: value, bound: bound))
    }

    /// Makes a condition in the manager's process; Python's `manager.Condition()`.
    ///
    /// - Parameter lock: guards what is waited for, an object of this manager; nil for a lock of its own.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` for a lock of another manager; the same as ``list(_:)``.
    public nonisolated(nonsending) func condition(lock: ManagedLock? = nil) async throws -> ManagedCondition {
        try await make(ManagedCondition.self, of: lock)
    }

    /// Makes an event in the manager's process; Python's `manager.Event()`.
    ///
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func event() async throws -> ManagedEvent {
        try await make(ManagedEvent.self, of: Nothing())
    }

    /// Makes a barrier in the manager's process; Python's `manager.Barrier()`.
    ///
    /// - Parameter parties: how many have to wait for all of them to go on.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` for less than one party; the same as ``list(_:)``.
    public nonisolated(nonsending) func barrier(parties: Int) async throws -> ManagedBarrier {
        try await make(ManagedBarrier.self, of: parties)
    }
}
