import Distributed
import MultiprocessingCore

/// A lock in a manager's process that the task which holds it can acquire again; the `RLock` of Python's managers.
///
/// It does what ``SharedRecursiveLock`` does: it belongs to a task of a process, and each acquisition needs a release
/// by the same one. When the process that holds it is gone, the next one to acquire it is told.
public distributed actor ManagedRecursiveLock {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: WaitingRoom<LockMachine>

    /// Makes a lock that is free, in the manager's process.
    ///
    /// - Parameter actorSystem: the manager's.
    public init(actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(LockMachine(), in: actorSystem)
    }

    distributed func performAcquire(_ task: UInt64, _ timeout: Duration?) async throws -> LockOutcome? {
        let owner = LockMachine.Owner(client: .calling, task: task)
        try room.admit(owner.client)
        return try await room.wait(for: owner.client, holds: true, timeout: timeout) { machine, ticket in
            machine.acquire(as: owner, isRecursive: true, ticket: ticket)
        }
    }

    distributed func performRelease(_ task: UInt64, _ keepsDamage: Bool) throws {
        let owner = LockMachine.Owner(client: .calling, task: task)
        guard room.update({ $0.release(by: owner, keepingDamage: keepsDamage) }) else {
            let holder = room.update { $0.owner?.client.processID }
            throw MultiprocessingError(
                .notHeld,
                "a ManagedRecursiveLock can be released by its owner only, which is "
                    + (holder.map { "in process \($0)" } ?? "nobody"))
        }
    }

    distributed func performRepaired() {
        room.update { $0.repaired() }
    }

    distributed func performLook() -> LockLook {
        room.update { LockLook($0) }
    }
}

extension ManagedRecursiveLock: ManagedObject {
    static func make(_ content: Nothing, in system: ManagerSystem) -> ManagedRecursiveLock {
        ManagedRecursiveLock(actorSystem: system)
    }
}

extension ManagedRecursiveLock: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells who holds it.
    public nonisolated var description: String { "ManagedRecursiveLock(proxy, \(id))" }

    /// Says who holds it, and how often.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        let look = try await performLook()
        return "ManagedRecursiveLock(owner: \(LockOwner.name(look.processID)), depth: \(look.depth))"
    }
}
