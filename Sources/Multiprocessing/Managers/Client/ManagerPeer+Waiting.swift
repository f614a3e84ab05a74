import MultiprocessingCore
import Synchronization

extension ManagerPeer {
    /// Sleeps until a call is answered or given up; without much to keep, because many calls do so at once.
    nonisolated(nonsending) func sleep(_ id: UInt64) async -> ManagerReply {
        let isPatient = PatientCall.isPatient
        return await withTaskCancellationHandler {
            // Unchecked, because this is a part of every call; the table of calls hands out each waiter once.
            await withUnsafeContinuation { suspend(id, $0, nil, isPatient) }
        } onCancel: {
            giveUp(id, CancellationError(), isPatient)
        }
    }

    /// The same, with a limit.
    nonisolated(nonsending) func sleep(_ id: UInt64, until deadline: Deadline?) async -> ManagerReply {
        let isPatient = PatientCall.isPatient
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in
                self?.giveUp(id, MultiprocessingError.timedOutCall, isPatient)
            }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { suspend(id, $0, deadline, isPatient) }
        } onCancel: {
            giveUp(id, CancellationError(), isPatient)
        }
    }

    private func suspend(
        _ id: UInt64, _ waiter: UnsafeContinuation<ManagerReply, Never>, _ deadline: Deadline?,
        _ isPatient: Bool
    ) {
        if let reply = state.withLock({ $0.calls.suspend(id, waiter) }) {
            return waiter.resume(returning: reply)
        }
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
        waiter.resume(returning: .failed(error))
    }
}
