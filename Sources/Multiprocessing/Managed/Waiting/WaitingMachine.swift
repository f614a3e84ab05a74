/// What a managed object knows of those who wait for it: who has what, who waits in which order.
///
/// Pure: a number stands for each who waits, and what has happened to them is told as a list.
protocol WaitingMachine: Sendable {
    /// What a wait comes to.
    associatedtype Outcome: Sendable

    /// Those whose wait is over; whoever drives the machine takes them.
    var woken: [Wake<Outcome>] { get set }

    /// Somebody does not wait any more: cancelled, timed out, or gone.
    mutating func leave(_ ticket: UInt64)

    /// A client is gone, with all that it held.
    mutating func end(_ client: ManagerSystem.Client)
}

/// Somebody whose wait is over.
struct Wake<Outcome: Sendable>: Sendable {
    let ticket: UInt64
    let outcome: Outcome
}

extension ManagerSystem.Client {
    /// Whoever calls a managed object: a client, or the manager's own process.
    static var calling: ManagerSystem.Client {
        ManagerSystem.currentClient
            ?? ManagerSystem.Client(id: 0, processID: ChildProcess.current.pid, session: 0)
    }

    /// Whether it can be gone while the manager lives.
    var isRemote: Bool { id != 0 }
}
