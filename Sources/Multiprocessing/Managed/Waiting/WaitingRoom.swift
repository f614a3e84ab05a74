import MultiprocessingCore
import Synchronization

/// Where calls wait for a managed object: the machine that says who is next, and the tasks that it speaks of.
///
/// No call keeps another from coming in. What a client held comes back when the client is gone.
final class WaitingRoom<Machine: WaitingMachine>: Sendable {
    typealias Outcome = Machine.Outcome
    typealias Answer = Result<Outcome?, any Error>
    typealias Continuation = CheckedContinuation<Answer, Never>

    /// Resumed outside the lock.
    struct Resumption: Sendable {
        let continuation: Continuation
        let answer: Answer
    }

    /// A client that has or wants something.
    struct Presence {
        var observation: ManagerSystem.ClientObservation?
    }

    struct State {
        var machine: Machine
        var waits = PendingCalls<Answer, Continuation>()
        /// Whose the waits are.
        var clients: [UInt64: ManagerSystem.Client] = [:]
        var present: [ManagerSystem.Client: Presence] = [:]

        mutating func answer(_ ticket: UInt64, _ answer: Answer) -> Resumption? {
            clients[ticket] = nil
            guard case .resume(let continuation) = waits.complete(ticket, answer) else { return nil }
            return Resumption(continuation: continuation, answer: answer)
        }

        mutating func takeWoken() -> [Resumption] {
            guard !machine.woken.isEmpty else { return [] }
            defer { machine.woken = [] }
            return machine.woken.compactMap { answer($0.ticket, .success($0.outcome)) }
        }
    }

    let state: Mutex<State>
    let system: ManagerSystem

    init(_ machine: Machine, in system: ManagerSystem) {
        state = Mutex(State(machine: machine))
        self.system = system
    }

    /// Changes or asks the machine.
    func update<Result: Sendable>(_ body: (inout Machine) throws -> Result) rethrows -> Result {
        // No tuple and no empty array, whose types would be looked for at each call.
        var resumptions: [Resumption]?
        let result = try state.withLock { state in
            let result = try body(&state.machine)
            if !state.machine.woken.isEmpty { resumptions = state.takeWoken() }
            return result
        }
        if let resumptions { resume(resumptions) }
        return result
    }

    func resume(_ resumptions: [Resumption]) {
        for resumption in resumptions {
            let resume = { resumption.continuation.resume(returning: resumption.answer) }
            if let loop = system.core?.loop { loop.resume(resume) } else { resume() }
        }
    }
}
