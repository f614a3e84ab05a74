import Distributed
import MultiprocessingCore

/// A place in a manager's process where a number of tasks wait for each other; the `Barrier` of Python's managers.
///
/// ```swift
/// let barrier = try await manager.barrier(parties: 4)
/// let index = try await barrier.wait()      // 0 … 3, a different one for each party
/// ```
///
/// It does what ``SharedBarrier`` does, also for processes of other machines. A party that is gone while it waits or
/// acts breaks the barrier for the others.
public distributed actor ManagedBarrier {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let room: WaitingRoom<BarrierMachine>

    /// Makes a barrier, in the manager's process.
    ///
    /// - Parameters:
    ///   - parties: how many have to wait for all of them to go on.
    ///   - actorSystem: the manager's.
    /// - Throws: a ``MultiprocessingError`` for less than one party.
    public init(parties: Int, actorSystem: ManagerSystem) throws {
        guard parties > 0 else {
            throw MultiprocessingError(.invalidArgument, "a barrier has one party or more, not \(parties)")
        }
        self.actorSystem = actorSystem
        room = WaitingRoom(BarrierMachine(parties: parties), in: actorSystem)
    }

    /// Breaks the barrier: whoever waits, or comes before it is reset, gets an error.
    public distributed func abort() {
        room.update { $0.abort() }
    }

    /// Makes the barrier whole and empty again; those who wait get an error.
    public distributed func reset() {
        room.update { $0.reset() }
    }

    distributed func performArrive(_ hasAction: Bool, _ timeout: Duration?) async throws
        -> BarrierMachine.Arrival
    {
        let client = ManagerSystem.Client.calling
        try room.admit(client)
        return try await room.wait(for: client, holds: true, timeout: timeout) { machine, ticket in
            machine.arrive(client, hasAction: hasAction, ticket: ticket)
        } ?? .broken
    }

    distributed func performEnd(_ round: UInt64, _ isDone: Bool) -> Bool {
        room.update { machine in
            if isDone { return machine.open(round) }
            machine.breakOff(round)
            return false
        }
    }

    distributed func performLook() -> BarrierLook {
        room.update { BarrierLook(parties: $0.parties, waitingCount: $0.waitingCount, isBroken: $0.isBroken) }
    }
}

/// What a barrier looks like at a moment.
struct BarrierLook: Codable, Sendable {
    let parties: Int
    let waitingCount: Int
    let isBroken: Bool
}

extension ManagedBarrier: ManagedObject {
    static func make(_ content: Int, in system: ManagerSystem) throws -> ManagedBarrier {
        try ManagedBarrier(parties: content, actorSystem: system)
    }
}

extension ManagedBarrier {
    /// How many parties have to wait.
    public nonisolated var parties: Int { get async throws { try await performLook().parties } }
    /// How many wait at the moment; Python's `n_waiting`.
    public nonisolated var waitingCount: Int { get async throws { try await performLook().waitingCount } }
    /// Whether it is broken; Python's `broken`.
    public nonisolated var isBroken: Bool { get async throws { try await performLook().isBroken } }

    /// Waits until all parties do.
    ///
    /// - Parameters:
    ///   - timeout: nil waits without a limit. A limit that is over breaks the barrier for all.
    ///   - action: runs here if this party comes last, before anyone goes on.
    /// - Returns: the party's number in this round, from 0 in the order of arrival.
    /// - Throws: a ``MultiprocessingError`` with the code `brokenBarrier` when the barrier is broken or reset, a party
    ///   is gone, or a limit is over; what the action throws, in its party; `CancellationError` when the task is
    ///   cancelled. Each of these breaks the barrier for the others.
    @discardableResult
    public nonisolated(nonsending) func wait(
        timeout: Duration? = nil, action: (@Sendable () async throws -> Void)? = nil
    ) async throws -> Int {
        switch try await PatientCall.perform({ try await performArrive(action != nil, timeout) }) {
        case .passed(let index): return index
        case .broken: throw BarrierStorage.broken("before or while this party waited")
        case .act(let round, let index):
            do {
                try await action?()
            } catch {
                try? await PatientCall.insist { _ = try await self.performEnd(round, false) }
                throw error
            }
            guard try await end(round) else { throw BarrierStorage.broken("while the action ran") }
            return index
        }
    }

    private nonisolated(nonsending) func end(_ round: UInt64) async throws -> Bool {
        // The action has run, so the others go on whatever becomes of this task.
        try await Task { try await CallLimit.$current.withValue(nil) { try await performEnd(round, true) } }
            .value
    }
}

extension ManagedBarrier: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedBarrier(proxy, \(id))" }

    /// Says how many of how many wait.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        let look = try await performLook()
        return look.isBroken
            ? "ManagedBarrier(broken)" : "ManagedBarrier(waiting: \(look.waitingCount) of \(look.parties))"
    }
}
