import MultiprocessingCore
import Synchronization

/// Where calls wait for a managed object: the machine that says who is next, and the tasks that it speaks of.
///
/// No call keeps another from coming in. What a client held comes back when the client is gone.
final class WaitingRoom<Machine: WaitingMachine>: Sendable {
    typealias Outcome = Machine.Outcome
    private typealias Answer = Result<Outcome?, any Error>
    private typealias Continuation = CheckedContinuation<Answer, Never>

    /// Resumed outside the lock.
    private struct Resumption: Sendable {
        let continuation: Continuation
        let answer: Answer
    }

    /// A client that has or wants something.
    private struct Presence {
        var observation: ManagerSystem.ClientObservation?
    }

    private struct State {
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

    private let state: Mutex<State>
    private let system: ManagerSystem

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

    private func resume(_ resumptions: [Resumption]) {
        for resumption in resumptions {
            let resume = { resumption.continuation.resume(returning: resumption.answer) }
            if let loop = system.core?.loop { loop.resume(resume) } else { resume() }
        }
    }

    // MARK: Clients

    /// Takes back what the client has, from now on, when it is gone.
    ///
    /// - Throws: `CancellationError` when it is gone already.
    func admit(_ client: ManagerSystem.Client) throws {
        guard client.isRemote else { return }
        let isNew = state.withLock { state in
            guard state.present[client] == nil else { return false }
            state.present[client] = Presence()
            return true
        }
        guard isNew else { return }
        guard let observation = system.onEnd(of: client, { [weak self] in self?.end(client) }) else {
            end(client)
            throw CancellationError()
        }
        state.withLock { $0.present[client]?.observation = observation }
    }

    private func end(_ client: ManagerSystem.Client) {
        let (resumptions, presence) = state.withLock { state -> ([Resumption], Presence?) in
            let presence = state.present.removeValue(forKey: client)
            var resumptions: [Resumption] = []
            for (ticket, owner) in state.clients where owner == client {
                state.machine.leave(ticket)
                if let resumption = state.answer(ticket, .failure(CancellationError())) {
                    resumptions.append(resumption)
                }
            }
            state.machine.end(client)
            return (resumptions + state.takeWoken(), presence)
        }
        resume(resumptions)
        withExtendedLifetime(presence) {}
    }

    // MARK: Waiting

    /// Asks the machine for something, and waits until it is there.
    ///
    /// - Parameters:
    ///   - client: who asks.
    ///   - holds: whether the client has to be taken something back from when it is gone; it was admitted then.
    ///   - timeout: nil waits without a limit, zero or less only asks.
    ///   - isCancellable: whether cancelling the task ends the wait.
    ///   - entered: is called when that is over, before there is a wait.
    ///   - enter: asks; nil means that there is a wait, by the number given.
    /// - Returns: nil when the limit was over first.
    /// - Throws: what `enter` throws; `CancellationError`.
    nonisolated(nonsending) func wait(
        for client: ManagerSystem.Client, holds: Bool = false, timeout: Duration?, isCancellable: Bool = true,
        entered: () -> Void = {}, _ enter: (inout Machine, UInt64) throws -> Outcome?
    ) async throws -> Outcome? {
        if isCancellable { try Task.checkCancellation() }
        let deadline = timeout.map(Deadline.after)
        let (ticket, outcome, resumptions) = try state.withLock { state in
            guard !holds || !client.isRemote || state.present[client] != nil else {
                throw CancellationError()
            }
            let ticket = state.waits.begin()
            do {
                var outcome = try enter(&state.machine, ticket)
                if outcome == nil, let wake = state.machine.woken.first(where: { $0.ticket == ticket }) {
                    // What it did to others has helped itself.
                    state.machine.woken.removeAll { $0.ticket == ticket }
                    outcome = wake.outcome
                }
                let isOver = outcome != nil || deadline?.hasPassed == true
                if outcome == nil, isOver { state.machine.leave(ticket) }
                if isOver { state.waits.abandon(ticket) } else { state.clients[ticket] = client }
                return (isOver ? nil : ticket, outcome, state.takeWoken())
            } catch {
                state.waits.abandon(ticket)
                throw error
            }
        }
        resume(resumptions)
        entered()
        guard let ticket else { return outcome }
        return try await suspend(ticket, until: deadline, isCancellable).get()
    }

    private func suspend(_ ticket: UInt64, until deadline: Deadline?, _ isCancellable: Bool) async -> Answer {
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in self?.giveUp(ticket, .success(nil)) }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let answer = state.withLock({ $0.waits.suspend(ticket, continuation) }) {
                    return continuation.resume(returning: answer)
                }
                // Either may have come before there was a wait to end.
                if isCancellable, Task.isCancelled {
                    giveUp(ticket, .failure(CancellationError()))
                } else if let deadline, deadline.hasPassed {
                    giveUp(ticket, .success(nil))
                }
            }
        } onCancel: {
            if isCancellable { giveUp(ticket, .failure(CancellationError())) }
        }
    }

    private func giveUp(_ ticket: UInt64, _ answer: Answer) {
        let resumptions = state.withLock { state -> [Resumption] in
            guard let continuation = state.waits.remove(ticket) else { return [] }
            state.clients[ticket] = nil
            state.machine.leave(ticket)
            return [Resumption(continuation: continuation, answer: answer)] + state.takeWoken()
        }
        resume(resumptions)
    }
}
