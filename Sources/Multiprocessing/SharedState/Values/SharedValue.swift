import MultiprocessingCore

/// A value in shared memory, with a lock; Python's `multiprocessing.Value`.
///
/// ```swift
/// let total = try SharedValue(0.0)
/// let child = ChildProcess(total) { total in try await total.withLock { $0 += 1 } }
/// ```
///
/// Its type has no references in it: numbers, truth values, and structs, tuples and fixed arrays of such. All handles of
/// it, in whatever process, stand for the same value. Truth values and enums that another process has written wrong are
/// as undefined as in C, so only processes of one program should have them in common. For single numbers that are
/// changed often there is ``SharedAtomic``.
public final class SharedValue<Value: BitwiseCopyable & Sendable>: Sendable {
    private let memory: TypedMemory
    /// What keeps others away in `withLock`; nil for a value that was made raw.
    public let lock: SharedLock?

    /// Makes a value that has a lock of its own.
    ///
    /// - Parameter value: its first value.
    /// - Throws: a ``MultiprocessingError`` with the code `noResources` when the system has no memory or descriptors left.
    public convenience init(_ value: Value) throws {
        let memory = try TypedMemory(of: Value.self, count: 1, for: Self.title)
        memory.region.store(value, at: 0)
        self.init(memory, memory.lock)
    }

    /// Makes a value without a lock; Python's `RawValue`.
    ///
    /// - Parameter value: its first value.
    /// - Throws: the same as with a lock.
    public convenience init(raw value: Value) throws {
        let memory = try TypedMemory(of: Value.self, count: 1, for: Self.title)
        memory.region.store(value, at: 0)
        self.init(memory, nil)
    }

    /// Makes a value that is guarded by a lock of the caller's.
    ///
    /// - Parameters:
    ///   - value: its first value.
    ///   - lock: may guard several values.
    /// - Throws: the same as with a lock of its own.
    public convenience init(_ value: Value, lock: SharedLock) throws {
        let memory = try TypedMemory(of: Value.self, count: 1, for: Self.title)
        memory.region.store(value, at: 0)
        self.init(memory, lock)
    }

    private init(_ memory: TypedMemory, _ lock: SharedLock?) {
        self.memory = memory
        self.lock = lock
    }

    private static var title: String { "a SharedValue" }

    /// The value, without the lock.
    ///
    /// Reading one that somebody else writes at the same time may give a mixture of both, if the type is wider than a
    /// machine word; and to read and then write is two steps, between which others can come. ``withLock(timeout:_:)`` is
    /// one.
    public var value: Value {
        get { memory.region.load(at: 0, as: Value.self) }
        set { memory.region.store(newValue, at: 0) }
    }

    /// Runs the body while this task holds the lock.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: changes the value, and suspends nowhere. If the process is killed meanwhile, the old value stays.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, after which its changes count all the same; `CancellationError` when the task is
    ///   cancelled while it waits; an ``OwnerDiedError`` when the last holder was killed with the lock held, until
    ///   ``SharedLock/markRepaired()``; a ``MultiprocessingError`` when the limit is over, or for a raw value.
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (inout Value) throws -> Result
    ) async throws -> Result {
        try await TypedMemory.lock(of: Self.title, lock).withLock(timeout: timeout) { try change(body) }
    }

    /// Runs the body while this thread, which is blocked until then, holds the lock.
    ///
    /// - Parameter body: changes the value.
    /// - Returns: what the body returns.
    /// - Throws: the same as ``withLock(timeout:isolation:_:)``.
    public func withLockBlocking<Result>(_ body: (inout Value) throws -> Result) throws -> Result {
        try TypedMemory.lock(of: Self.title, lock).withLockBlocking { try change(body) }
    }

    private func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        var copy = value
        defer { value = copy }
        return try body(&copy)
    }

    /// Makes a raw value with the same content that is independent of this one; Python's `sharedctypes.copy`.
    ///
    /// - Returns: the copy.
    /// - Throws: the same as the making of a value.
    public func copy() throws -> SharedValue { try SharedValue(raw: value) }

    /// Makes a handle of the same value that has a lock; Python's `sharedctypes.synchronized`.
    ///
    /// - Parameter lock: nil for one that belongs to the value; then all such handles of it have the same one.
    /// - Returns: the handle. Others of the same value are what they were.
    public func synchronized(lock: SharedLock? = nil) -> SharedValue {
        SharedValue(memory, lock ?? memory.lock)
    }
}

extension SharedValue: Codable {
    /// The value that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        let found = try TypedMemory.decode(of: Value.self, for: Self.title, from: decoder)
        guard found.count == 1 else {
            throw MultiprocessingError(.protocolViolation, "\(Self.title) came that is an array")
        }
        self.init(found.memory, found.lock)
    }

    /// Sends the value along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try memory.encode(of: Value.self, count: 1, lock: lock, for: Self.title, to: encoder)
    }
}

extension SharedValue: CustomStringConvertible {
    /// What the value is at the moment.
    public var description: String { "SharedValue(\(value)\(lock == nil ? ", raw" : ""))" }
}
