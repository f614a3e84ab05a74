import Dispatch
import MultiprocessingCore
import Synchronization

/// A value that comes once; any number of tasks can wait for it, with a limit, and give up when cancelled.
final class Latch<Value: Sendable>: Sendable {
    /// Why a waiter was resumed.
    private enum Wake {
        case value(Value)
        case timeout
        case cancelled
    }

    /// What is called, once and outside the lock, with the reason.
    private typealias Waiter = @Sendable (Wake) -> Void

    private let machine = Mutex(LatchMachine<Value, Waiter>())

    /// The value, if it has come.
    var value: Value? { machine.withLock { $0.value } }

    /// Sets the value and resumes everyone who waits; only the first value counts.
    @discardableResult
    func close(_ value: Value) -> Bool {
        guard let waiters = machine.withLock({ $0.close(value) }) else { return false }
        for waiter in waiters { waiter(.value(value)) }
        return true
    }

    /// Calls the handler once, when the value comes or at once when it is there; nil in that case.
    ///
    /// - Returns: the number by which the handler is taken back.
    func observe(_ handler: @escaping @Sendable () -> Void) -> UInt64? {
        let id = machine.withLock { $0.makeID() }
        guard machine.withLock({ $0.add({ _ in handler() }, id: id) }) == nil else {
            handler()
            return nil
        }
        return id
    }

    /// Blocks the thread until the value has come; false when the limit is over first.
    ///
    /// For the end of the process only, where nothing can suspend any more.
    func waitBlocking(for limit: Duration? = nil) -> Bool {
        let semaphore = DispatchSemaphore(value: 0)
        guard let id = observe({ semaphore.signal() }) else { return true }
        defer { disregard(id) }
        guard let limit else {
            semaphore.wait()
            return true
        }
        let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) * 1e-18
        return semaphore.wait(timeout: .now() + seconds) == .success
    }

    /// Takes a handler back; false if it runs already, or has run.
    @discardableResult
    func disregard(_ id: UInt64) -> Bool {
        machine.withLock { $0.remove(id: id) } != nil
    }

    /// Waits for the value; nil when the limit is over first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled. The value still comes, for others.
    nonisolated(nonsending) func wait(timeout: Duration? = nil) async throws -> Value? {
        if let value { return value }
        let deadline = timeout.map(Deadline.after)
        if let deadline, deadline.hasPassed { return nil }
        let id = machine.withLock { $0.makeID() }
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in self?.giveUp(id, .timeout) }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        let wake = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in enter({ waiter.resume(returning: $0) }, id, deadline) }
        } onCancel: {
            giveUp(id, .cancelled)
        }
        switch wake {
        case .value(let value): return value
        case .timeout: return nil
        case .cancelled: throw CancellationError()
        }
    }

    private func enter(_ waiter: @escaping Waiter, _ id: UInt64, _ deadline: Deadline?) {
        if let value = machine.withLock({ $0.add(waiter, id: id) }) {
            waiter(.value(value))
        } else if Task.isCancelled {
            // The handler may have run before there was a waiter to take out.
            giveUp(id, .cancelled)
        } else if let deadline, deadline.hasPassed {
            giveUp(id, .timeout)
        }
    }

    private func giveUp(_ id: UInt64, _ wake: Wake) {
        machine.withLock { $0.remove(id: id) }?(wake)
    }
}
