import Distributed
import MultiprocessingCore

/// A number of permits in a manager's process; the `Semaphore` and, with a bound, the `BoundedSemaphore` of Python's
/// managers.
///
/// It does what ``SharedSemaphore`` does, also for processes of other machines, and gives permits in the order in which
/// they were asked for. The permits of a process that is gone are free again at once.
public distributed actor ManagedSemaphore {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: WaitingRoom<SemaphoreMachine>

    /// Makes a semaphore, in the manager's process.
    ///
    /// - Parameters:
    ///   - value: how many permits are free at the beginning, zero or more.
    ///   - bound: how many may be free at most; nil for no bound.
    ///   - actorSystem: the manager's.
    /// - Throws: a ``MultiprocessingError`` for a negative value or one above the bound.
    public init(value: Int = 1, bound: Int? = nil, actorSystem: ManagerSystem) throws {
        guard value >= 0, value <= bound ?? .max, bound ?? 1 > 0 else {
            throw MultiprocessingError(
                .invalidArgument, "a semaphore begins with 0 to \(bound ?? .max) permits, not with \(value)")
        }
        self.actorSystem = actorSystem
        room = WaitingRoom(SemaphoreMachine(value: value, bound: bound), in: actorSystem)
    }

    distributed func performAcquire(_ timeout: Duration?) async throws -> Bool {
        let client = ManagerSystem.Client.calling
        try room.admit(client)
        return try await room.wait(for: client, holds: true, timeout: timeout) { machine, ticket in
            machine.acquire(as: client, ticket: ticket)
        } ?? false
    }

    distributed func performRelease() throws {
        guard room.update({ $0.release(by: .calling) }) else {
            let bound = room.update { $0.bound } ?? .max
            throw MultiprocessingError(
                .notHeld, "a ManagedSemaphore was released more often than acquired: its bound is \(bound)")
        }
    }

    distributed func performLook() -> [Int] {
        room.update { [$0.value] + ($0.bound.map { [$0] } ?? []) }
    }
}

extension ManagedSemaphore: ManagedObject {
    /// What a semaphore begins with.
    struct Content: Codable, Sendable {
        let value: Int
        let bound: Int?
    }

    static func make(_ content: Content, in system: ManagerSystem) throws -> ManagedSemaphore {
        try ManagedSemaphore(value: content.value, bound: content.bound, actorSystem: system)
    }
}

extension ManagedSemaphore {
    /// Waits for a permit and takes it; Python's `acquire()`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; no permit is then taken. A
    ///   ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func acquire() async throws {
        _ = try await acquire(timeout: nil)
    }

    /// Waits for a permit up to a limit, and takes it; Python's `acquire(timeout=…)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only tries.
    /// - Returns: false when the limit was over first.
    /// - Throws: the same as without a limit.
    public nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> Bool {
        try await PatientCall.perform { try await performAcquire(timeout) }
    }

    /// Takes a permit if one is free; Python's `acquire(block=False)`.
    ///
    /// - Returns: false when none is free.
    /// - Throws: the same as ``acquire()``.
    public nonisolated(nonsending) func tryAcquire() async throws -> Bool {
        try await acquire(timeout: .zero)
    }

    /// Gives a permit back, also when the task was cancelled.
    ///
    /// - Throws: a ``MultiprocessingError`` when as many are free as the bound allows, or the manager is gone.
    public nonisolated(nonsending) func release() async throws {
        try await PatientCall.insist { try await self.performRelease() }
    }

    /// How many permits are free at the moment; Python's `get_value()`.
    public nonisolated var value: Int { get async throws { try await performLook()[0] } }

    /// Runs the body with a permit; Python's `with semaphore:`.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the permit; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
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
        let result: Result
        do {
            result = try await body()
        } catch {
            try? await release()
            throw error
        }
        // The permit that goes back was taken above, so there is room for it unless somebody gave back too many.
        try await release()
        return result
    }
}

extension ManagedSemaphore: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedSemaphore(proxy, \(id))" }

    /// Says how many permits are free, and how many may be.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        let look = try await performLook()
        return "ManagedSemaphore(value: \(look[0])\(look.count > 1 ? ", bound: \(look[1])" : ""))"
    }
}
