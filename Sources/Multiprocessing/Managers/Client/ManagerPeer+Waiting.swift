import MultiprocessingCore
import Synchronization

extension ManagerPeer {
    /// Sleeps until a call is answered or given up.
    nonisolated(nonsending) func wait(for id: UInt64, until deadline: Deadline?) async -> Outcome {
        let isPatient = PatientCall.isPatient
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in
                self?.giveUp(id, MultiprocessingError.timedOutCall, isPatient)
            }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        return await withTaskCancellationHandler {
            // Unchecked, because this is a part of every call; the table of calls hands out each waiter once.
            await withUnsafeContinuation { suspend(id, $0, deadline, isPatient) }
        } onCancel: {
            giveUp(id, CancellationError(), isPatient)
        }
    }

    private func suspend(
        _ id: UInt64, _ waiter: UnsafeContinuation<Outcome, Never>, _ deadline: Deadline?, _ isPatient: Bool
    ) {
        let outcome = state.withLock { $0.calls.suspend(id, waiter) }
        if let outcome { return waiter.resume(returning: outcome) }
        settle()
        // Either may have come before there was a waiter to take out.
        if Task.isCancelled {
            giveUp(id, CancellationError(), isPatient)
        } else if let deadline, deadline.hasPassed {
            giveUp(id, MultiprocessingError.timedOutCall, isPatient)
        }
    }

    /// Asks the method to end; a patient caller goes on to wait for what it says then.
    private func giveUp(_ id: UInt64, _ error: any Error, _ isPatient: Bool) {
        if isPatient {
            try? link.append(.cancel) { $0.append(id) }
            return link.flush()
        }
        guard let waiter = state.withLock({ $0.calls.remove(id) }) else { return }
        try? link.append(.cancel) { $0.append(id) }
        link.flush()
        waiter.resume(returning: .failure(error))
    }
}
