import Distributed
import MultiprocessingCore

/// A place in a manager's process where tasks wait until others say that something has changed, which a managed lock
/// guards; the `Condition` of Python's managers.
///
/// ```swift
/// let condition = try await manager.condition()
/// try await condition.withLock { try await condition.wait(until: { try await stage.value >= 1 }) }
/// …
/// try await condition.withLock { try await stage.set(1); try await condition.notifyAll() }
/// ```
///
/// It does what ``SharedCondition`` does, also for processes of other machines. A notification that was given to a
/// process which is then gone goes to another waiter.
public distributed actor ManagedCondition {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: WaitingRoom<SignalMachine>
    private let guardingLock: ManagedLock

    /// Makes a condition, in the manager's process.
    ///
    /// - Parameters:
    ///   - lock: guards what is waited for; an object of the same manager, nil for a lock of its own.
    ///   - actorSystem: the manager's.
    /// - Throws: a ``MultiprocessingError`` for a lock of another manager.
    public init(lock: ManagedLock? = nil, actorSystem: ManagerSystem) throws {
        let guardingLock = lock ?? ManagedLock(actorSystem: actorSystem)
        guard let manager = actorSystem.core?.id, guardingLock.id.manager == manager else {
            throw MultiprocessingError(
                .invalidArgument, "the lock of a condition lives in the same manager as the condition")
        }
        self.actorSystem = actorSystem
        self.guardingLock = guardingLock
        room = WaitingRoom(SignalMachine(), in: actorSystem)
    }

    distributed func performWait(_ timeout: Duration?) async throws -> Bool {
        let client = ManagerSystem.Client.calling
        let lockRoom = try await requireLock("waited for")
        var isReleased = false
        let result: Result<Bool, any Error>
        do {
            let isNotified = try await room.wait(for: client, timeout: timeout) {
                isReleased = lockRoom.update { $0.release() }
            } _: { machine, ticket in
                machine.enter(ticket)
            }
            result = .success(isNotified ?? false)
        } catch {
            guard isReleased else { throw error }
            result = .failure(error)
        }
        do {
            guard let outcome = try await lockRoom.acquire(for: client, timeout: nil, isCancellable: false)
            else {
                return try result.get()
            }
            if case .ownerDied(let pid) = outcome { throw OwnerDiedError(processID: pid) }
            _ = try SharedLock.acquisition(outcome)
        } catch let error as CancellationError {
            // The client is gone: if it was told, another is told instead.
            if case .success(true) = result { room.update { $0.notify(1) } }
            throw error
        }
        return try result.get()
    }

    distributed func performNotify(_ count: Int) async throws {
        _ = try await requireLock("notified")
        guard count >= 0 else {
            throw MultiprocessingError(.invalidArgument, "\(count) waiters cannot be notified")
        }
        room.update { $0.notify(count) }
    }

    distributed func performLook() -> Int { room.update { $0.waitingCount } }

    distributed func performLock() -> ManagedLock { guardingLock }

    private func requireLock(_ what: String) async throws -> WaitingRoom<LockMachine> {
        guard let lockRoom = await guardingLock.whenLocal({ $0.room }),
            lockRoom.update({ $0.owner?.client }) == .calling
        else {
            throw MultiprocessingError(
                .notHeld, "a ManagedCondition was \(what) without its lock: use withLock { … }")
        }
        return lockRoom
    }
}

extension ManagedCondition: ManagedObject {
    static func make(_ content: ManagedLock?, in system: ManagerSystem) throws -> ManagedCondition {
        try ManagedCondition(lock: content, actorSystem: system)
    }
}

extension ManagedCondition: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedCondition(proxy, \(id))" }

    /// Says how many tasks wait.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        "ManagedCondition(waiting: \(try await waitingCount), \(try await lock.describe()))"
    }
}
