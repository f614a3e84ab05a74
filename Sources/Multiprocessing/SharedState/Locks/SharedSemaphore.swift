import MultiprocessingCore

/// A number of permits that tasks of several processes take and give back; Python's `multiprocessing.Semaphore`, and
/// with a bound its `BoundedSemaphore`.
///
/// ```swift
/// let seats = try SharedSemaphore(value: 3)
/// let child = ChildProcess(seats) { seats in try await seats.withPermit { await work() } }
/// ```
///
/// It travels to other processes like any value. Taking and giving back a free permit makes no system call. A release
/// gives back a permit that this process took; if it took none, one that another process took; if nobody took any, a
/// new one. The permits of a process that ends are free again within a tenth of a second after somebody waits for
/// one. That is kept for 480 processes that hold permits at the same time.
public final class SharedSemaphore: Sendable {
    let storage: SemaphoreStorage

    /// Makes a semaphore.
    ///
    /// - Parameters:
    ///   - value: how many permits are free at the beginning, zero or more.
    ///   - bound: how many may be free at most; nil for no bound. Python's `BoundedSemaphore` has its start value.
    /// - Throws: a ``MultiprocessingError`` for a negative value or one above the bound, and when the system has no
    ///   memory or descriptors left.
    public init(value: Int = 1, bound: Int? = nil) throws {
        let most = bound ?? Int(UInt32.max)
        guard value >= 0, value <= most, most <= Int(UInt32.max), most > 0 else {
            throw MultiprocessingError(
                .invalidArgument, "a semaphore begins with 0 to \(most) permits, not with \(value)")
        }
        storage = try SemaphoreStorage.make {
            SemaphoreState($0, at: SharedObject.start).prepare(value: UInt32(value), bound: UInt32(most))
        }
    }

    private init(_ storage: SemaphoreStorage) {
        self.storage = storage
    }

    /// Waits for a permit and takes it; Python's `acquire()`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; no permit is then taken.
    public nonisolated(nonsending) func acquire() async throws {
        _ = try await acquire(timeout: nil)
    }

    /// Waits for a permit up to a limit, and takes it; Python's `acquire(timeout=…)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: false when the limit was over first.
    /// - Throws: the same as without a limit.
    public nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> Bool {
        if storage.tryAcquire() { return true }
        return try await storage.acquire(timeout: timeout)
    }

    /// Takes a permit if one is free; Python's `acquire(block=False)`.
    public func tryAcquire() -> Bool {
        acquireBlocking(timeout: .zero)
    }

    /// Gives a permit back.
    ///
    /// - Throws: a ``MultiprocessingError`` when as many are free as the bound allows.
    public func release() throws {
        guard storage.release() else {
            throw MultiprocessingError(
                .notHeld,
                "a SharedSemaphore was released more often than acquired: its bound is \(storage.state.limit)"
            )
        }
    }

    /// How many permits are free at the moment; Python's `get_value()`.
    public var value: Int { Int(storage.state.value) }

    /// Runs the body with a permit; Python's `with semaphore:`.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the permit; nil waits without a limit.
    ///   - isolation: the caller\'s actor; leave it out.
    ///   - body: runs on the caller's actor. The permit is given back when it returns or throws.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws; `CancellationError` when the task is cancelled while it waits; a
    ///   ``MultiprocessingError`` when the limit is over.
    @discardableResult
    public func withPermit<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: @concurrent () async throws -> Result
    ) async throws -> Result {
        guard try await acquire(timeout: timeout) else {
            throw MultiprocessingError(.timeout, "no permit of the semaphore became free")
        }
        // The permit that goes back was taken above, so there is room for it unless somebody gave back too many.
        defer { _ = storage.release() }
        return try await body()
    }

    /// Blocks the thread until there is a permit and takes it; for code that is not asynchronous.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: false when the limit was over first.
    public func acquireBlocking(timeout: Duration? = nil) -> Bool {
        storage.tryAcquire() || storage.acquireBlocking(timeout: timeout)
    }
}

extension SharedSemaphore: Codable, CustomStringConvertible {
    /// The semaphore that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try SemaphoreStorage.decode(from: decoder))
    }

    /// Sends the semaphore along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try storage.encode(to: encoder)
    }

    /// How many permits are free, and how many may be.
    public var description: String {
        let limit = storage.state.limit
        return "SharedSemaphore(value: \(value)\(limit == .max ? "" : ", bound: \(limit)"))"
    }
}
