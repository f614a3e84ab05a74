import MultiprocessingCore
import Synchronization

extension WaitingRoom {
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
