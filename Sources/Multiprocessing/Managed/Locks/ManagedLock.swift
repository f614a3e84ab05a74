import Distributed
import MultiprocessingCore

/// A lock in a manager's process, that one task of one process holds at a time; the `Lock` of Python's managers.
///
/// ```swift
/// let lock = try await manager.lock()
/// try await lock.withLock { print("alone") }
/// ```
///
/// It does what ``SharedLock`` does, also for processes of other machines. Those who wait get it in the order in which
/// they came. Anyone may release it. When the process that holds it is gone, or its connection to the manager, the
/// next one to acquire it is told.
public distributed actor ManagedLock {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    let room: WaitingRoom<LockMachine>

    /// Makes a lock that is free, in the manager's process.
    ///
    /// - Parameter actorSystem: the manager's.
    public init(actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(LockMachine(), in: actorSystem)
    }

    distributed func performAcquire(_ timeout: Duration?) async throws -> LockOutcome? {
        try await room.acquire(for: .calling, timeout: timeout)
    }

    distributed func performRelease(_ keepsDamage: Bool) throws {
        guard room.update({ $0.release(keepingDamage: keepsDamage) }) else {
            throw MultiprocessingError(.notHeld, "a ManagedLock was released that nobody holds")
        }
    }

    distributed func performRepaired() {
        room.update { $0.repaired() }
    }

    distributed func performLook() -> LockLook {
        room.update { LockLook($0) }
    }
}

extension WaitingRoom<LockMachine> {
    /// Acquires the lock for a client, whose call or whose condition's it is.
    nonisolated(nonsending) func acquire(
        for client: ManagerSystem.Client, timeout: Duration?, isCancellable: Bool = true
    ) async throws -> LockOutcome? {
        try admit(client)
        return try await wait(
            for: client, holds: true, timeout: timeout, isCancellable: isCancellable
        ) { machine, ticket in
            machine.acquire(as: LockMachine.Owner(client: client), ticket: ticket)
        }
    }
}

extension ManagedLock: ManagedObject {
    static func make(_ content: Nothing, in system: ManagerSystem) -> ManagedLock {
        ManagedLock(actorSystem: system)
    }
}

/// What a lock looks like at a moment.
struct LockLook: Codable, Sendable {
    let processID: Int32?
    let task: UInt64
    let depth: Int
    let isOwn: Bool
    let isUnrecoverable: Bool

    init(_ machine: LockMachine) {
        processID = machine.owner?.client.processID
        task = machine.owner?.task ?? 0
        depth = machine.depth
        isOwn = machine.owner?.client == .calling
        isUnrecoverable = machine.isUnrecoverable
    }
}

extension ManagedLock: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells who holds it.
    public nonisolated var description: String { "ManagedLock(proxy, \(id))" }

    /// Says who holds it.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        let look = try await performLook()
        return look.isUnrecoverable
            ? "ManagedLock(unrecoverable)" : "ManagedLock(owner: \(LockOwner.name(look.processID)))"
    }
}
