import MultiprocessingCore
import Synchronization

// Running calls, begun on the loop's thread.
extension ClientSession {
    /// Runs a call; it is cancelled with the client, or when that says so.
    ///
    /// A short one is run here and now, if the process is the manager's own; it is over when this returns, unless it
    /// has suspended.
    func run(_ id: UInt64, isShort: Bool, _ work: @escaping Work) {
        let isHere = isShort && core.loop.runsTasks
        guard let (seat, waiter) = state.withLock({ $0.desk.begin(id, isShort: isHere) }) else { return }
        if isHere {
            core.loop.run {
                if let waiter { waiter.resume(returning: work) } else { makeRunner(seat, id, work) }
            }
            state.withLock { $0.desk.left(seat, id) }
        } else {
            // Known at once, because it is over when it likes.
            state.withLock { $0.desk.left(seat, id) }
            makeSingleRunner(seat, id, isShort: isShort, work)
        }
    }

    /// Makes a task that runs this call, and then others.
    private func makeRunner(_ seat: Int, _ id: UInt64, _ first: @escaping Work) {
        let client = clientInformation
        let task = Task.detached { [self] in
            await ManagerSystem.$currentClient.withValue(client) {
                var work: Work? = first
                while let next = work {
                    await next()
                    work = await nextWork(seat)
                }
            }
        }
        seated(seat, id, task)
    }

    private func nextWork(_ seat: Int) async -> Work? {
        // A call may also have cancelled the task that it ran in.
        let isCancelled = Task.isCancelled
        // Unchecked, because this is a part of every call; the desk hands out each waiter once.
        return await withUnsafeContinuation { waiter in
            let waits = state.withLock { $0.desk.finish(seat, isCancelled ? nil : waiter) }
            if !waits { waiter.resume(returning: nil) }
        }
    }

    /// Makes a task for one call.
    private func makeSingleRunner(_ seat: Int, _ id: UInt64, isShort: Bool, _ work: @escaping Work) {
        let client = clientInformation
        let body: @Sendable @concurrent () async -> Void = { [self] in
            await ManagerSystem.$currentClient.withValue(client) { await work() }
            _ = state.withLock { $0.desk.finish(seat, nil) }
        }
        let task =
            isShort
            ? Task.detached(executorPreference: core.loop, operation: body) : Task.detached(operation: body)
        seated(seat, id, task)
    }

    private func seated(_ seat: Int, _ id: UInt64, _ task: Task<Void, Never>) {
        if state.withLock({ $0.desk.seat(seat, task, for: id) }) { task.cancel() }
    }
}
