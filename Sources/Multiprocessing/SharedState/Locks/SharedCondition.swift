import MultiprocessingCore

/// A place where tasks of several processes wait until others say that something has changed, which a lock guards;
/// Python's `multiprocessing.Condition`.
///
/// ```swift
/// let condition = try SharedCondition()
/// try await condition.withLock { try await condition.wait(until: { stage.value >= 1 }) }
/// …
/// try await condition.withLock { stage.value = 1; try condition.notifyAll() }
/// ```
///
/// It travels to other processes like any value, with its lock. Several conditions may share one lock. A notification
/// that was given to a process which then ends goes to another waiter. Up to 480 processes can wait at the same time.
public final class SharedCondition: Sendable {
    /// The lock that guards what is waited for.
    public let lock: SharedLock
    private let storage: ConditionStorage

    /// Makes a condition.
    ///
    /// - Parameter lock: guards what is waited for; nil for a lock of its own.
    /// - Throws: a ``MultiprocessingError`` when the system has no memory or descriptors left.
    public init(lock: SharedLock? = nil) throws {
        self.lock = try lock ?? SharedLock()
        storage = try ConditionStorage.make()
    }

    private init(_ storage: ConditionStorage, _ lock: SharedLock) {
        self.storage = storage
        self.lock = lock
    }

    /// Runs the body while this task holds the lock; see ``SharedLock/withLock(timeout:isolation:_:)``.
    @discardableResult
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        try await lock.withLock(timeout: timeout, body)
    }

    /// Releases the lock, waits for a notification, and acquires the lock again; Python's `wait()`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only lets others have the lock for a moment.
    /// - Returns: false when the limit was over before a notification came. The lock is held again in any case.
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock, or too many processes wait;
    ///   `CancellationError` when the task is cancelled while it waits, and an ``OwnerDiedError`` when the lock's
    ///   holder ended meanwhile. The lock is held again then, too.
    @discardableResult
    public nonisolated(nonsending) func wait(timeout: Duration? = nil) async throws -> Bool {
        try requireLock("waited for")
        try storage.enter()
        try lock.release()
        let result: Result<Bool, any Error>
        do {
            result = .success(try await storage.wait(timeout: timeout))
        } catch {
            result = .failure(error)
        }
        try await acquireAgain()
        return try result.get()
    }

    /// Waits until a predicate holds that the lock guards; Python's `wait_for()`.
    ///
    /// - Parameters:
    ///   - timeout: nil waits without a limit.
    ///   - predicate: is asked at first and after each notification, with the lock held.
    /// - Returns: what the predicate said last, so false when the limit was over first.
    /// - Throws: what the predicate throws, and the same as ``wait(timeout:)``.
    @discardableResult
    public nonisolated(nonsending) func wait(
        timeout: Duration? = nil, until predicate: () throws -> Bool
    ) async throws -> Bool {
        let deadline = timeout.map(Deadline.after)
        while try !predicate() {
            if let deadline, deadline.hasPassed { return false }
            try await wait(timeout: deadline.map(\.timeLeft))
        }
        return true
    }

    /// Wakes tasks that wait; Python's `notify()`.
    ///
    /// - Parameter count: how many at most; more than wait are no error, and do not count later.
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock.
    public func notify(_ count: Int = 1) throws {
        try requireLock("notified")
        guard count >= 0 else {
            throw MultiprocessingError(.invalidArgument, "\(count) waiters cannot be notified")
        }
        storage.notify(count)
    }

    /// Wakes all tasks that wait; Python's `notify_all()`.
    ///
    /// - Throws: a ``MultiprocessingError`` when this process does not hold the lock.
    public func notifyAll() throws {
        try notify(.max)
    }

    /// How many tasks wait and were not notified yet.
    public var waitingCount: Int { storage.state.waiting }

    private func requireLock(_ what: String) throws {
        guard lock.storage.word.holder == .current else {
            throw MultiprocessingError(
                .notHeld, "a SharedCondition was \(what) without its lock: use withLock { … }")
        }
    }

    /// Acquires the lock, also when the task is cancelled: its scope will release it.
    private nonisolated(nonsending) func acquireAgain() async throws {
        switch try await lock.storage.acquire(timeout: nil, isCancellable: false) {
        case .acquired, nil: break
        case .ownerDied(let pid): throw OwnerDiedError(processID: pid)
        case .unrecoverable: _ = try SharedLock.acquisition(.unrecoverable)
        }
    }

    /// Blocks the thread until a notification comes; for code that is not asynchronous.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only lets others have the lock for a moment.
    /// - Returns: false when the limit was over before a notification came. The lock is held again in any case.
    /// - Throws: the same as ``wait(timeout:)``, without the cancellation.
    @discardableResult
    public func waitBlocking(timeout: Duration? = nil) throws -> Bool {
        try requireLock("waited for")
        try storage.enter()
        try lock.release()
        let isNotified = storage.waitBlocking(timeout: timeout)
        if case .ownerDied(let pid) = try lock.acquireBlocking() { throw OwnerDiedError(processID: pid) }
        return isNotified
    }
}

extension SharedCondition: Codable, CustomStringConvertible {
    private enum CodingKeys: CodingKey { case lock, state }

    /// The condition that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try ConditionStorage.decode(from: container.superDecoder(forKey: .state)),
            try container.decode(SharedLock.self, forKey: .lock))
    }

    /// Sends the condition and its lock along with a message; only in messages of the library's.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lock, forKey: .lock)
        try storage.encode(to: container.superEncoder(forKey: .state))
    }

    /// How many tasks wait.
    public var description: String { "SharedCondition(waiting: \(waitingCount), \(lock))" }
}
