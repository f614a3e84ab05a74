import MultiprocessingCore

/// A place where a number of tasks of several processes wait for each other; Python's `multiprocessing.Barrier`.
///
/// ```swift
/// let barrier = try SharedBarrier(parties: 4)
/// let index = try await barrier.wait()      // 0 … 3, a different one for each party
/// ```
///
/// It travels to other processes like any value. A process is a party from its first wait on: when it is killed, in a
/// wait or between two, the barrier breaks for the others within a tenth of a second, instead of waiting for ever.
/// One that ends by itself leaves without harm. Up to 480 processes can be parties.
public final class SharedBarrier: Sendable {
    private let storage: BarrierStorage
    private let action: (@Sendable () async throws -> Void)?

    /// Makes a barrier.
    ///
    /// - Parameters:
    ///   - parties: how many have to wait for all of them to go on.
    ///   - action: runs once each time, in this process's handle if its party comes last, before anyone goes on. A
    ///     handle that travelled has none: give the action to ``wait(timeout:action:)`` there.
    /// - Throws: a ``MultiprocessingError`` for less than one party, and when the system has no memory or descriptors
    ///   left.
    public init(parties: Int, action: (@Sendable () async throws -> Void)? = nil) throws {
        guard parties > 0, parties <= Int32.max else {
            throw MultiprocessingError(.invalidArgument, "a barrier has one party or more, not \(parties)")
        }
        storage = try BarrierStorage.make {
            BarrierState($0, at: SharedObject.start).prepare(parties: UInt32(parties))
        }
        self.action = action
    }

    private init(_ storage: BarrierStorage) {
        self.storage = storage
        action = nil
    }

    /// How many parties have to wait.
    public var parties: Int { storage.state.partyCount }
    /// How many wait at the moment; Python's `n_waiting`.
    public var waitingCount: Int { storage.state.waiting }
    /// Whether it is broken; Python's `broken`.
    public var isBroken: Bool { storage.state.isBroken }

    /// Waits until all parties do.
    ///
    /// - Parameters:
    ///   - timeout: nil waits without a limit. A limit that is over breaks the barrier for all.
    ///   - action: runs in the party that comes last, before anyone goes on; nil for that of the initialiser.
    /// - Returns: the party's number in this round, from 0 in the order of arrival.
    /// - Throws: a ``MultiprocessingError`` with the code `brokenBarrier` when the barrier is broken or reset, a party
    ///   was killed, or a limit is over; what the action throws, in its party; `CancellationError` when the task is
    ///   cancelled. Each of these breaks the barrier for the others.
    @discardableResult
    public nonisolated(nonsending) func wait(
        timeout: Duration? = nil, action: (@Sendable () async throws -> Void)? = nil
    ) async throws -> Int {
        let deadline = timeout.map(Deadline.after)
        switch try await storage.arrive(until: deadline) {
        case .wait(let generation, let index):
            try await storage.wait(generation, until: deadline)
            return index
        case .act(let generation, let index):
            do {
                if let action = action ?? self.action { try await action() }
            } catch {
                storage.breakOff(generation)
                throw error
            }
            guard storage.open(generation) else { throw BarrierStorage.broken("while the action ran") }
            return index
        case .broken, .busy:
            throw BarrierStorage.broken("before this party came")
        case .refused:
            throw MultiprocessingError(
                .noResources, "\(BarrierState.seats) other processes are parties of the barrier already")
        }
    }

    /// Breaks the barrier: all who wait, and all who come before a ``reset()``, get an error.
    public func abort() {
        storage.abort()
    }

    /// Makes the barrier whole and empty again; those who wait get an error.
    public func reset() {
        storage.reset()
    }
}

extension SharedBarrier: Codable, CustomStringConvertible {
    /// The barrier that a message brings, without an action; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try BarrierStorage.decode(from: decoder))
    }

    /// Sends the barrier along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try storage.encode(to: encoder)
    }

    /// How many of how many wait.
    public var description: String {
        isBroken ? "SharedBarrier(broken)" : "SharedBarrier(waiting: \(waitingCount) of \(parties))"
    }
}
