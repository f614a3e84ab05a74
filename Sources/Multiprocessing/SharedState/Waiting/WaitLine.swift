import MultiprocessingCore
import Synchronization

/// The tasks of this process that wait for something in shared memory: first come, first served, without a thread.
///
/// What is waited for is taken by attempts that never block: by the newcomer itself when nobody is in line, then for
/// whoever is first in line, each time something may have changed.
final class WaitLine<Grant: Sendable>: Sendable {
    /// Takes what is waited for, if it is there.
    typealias Attempt = @Sendable (_ occasion: WaitOccasion) -> Grant?

    private enum Wake: Sendable {
        case grant(Grant)
        case timeout
        case cancelled
        case failed(any Error)
    }

    private struct Waiter: Sendable {
        let attempt: Attempt
        let resume: @Sendable (Wake) -> Void
    }

    /// In a box, so that a forked copy of the process can begin with an empty one.
    private final class Line: Sendable {
        let machine = Mutex(WaitLineMachine<Waiter>())
        let count = Atomic(0)
    }

    let place: WaitPlace
    let attention = Attention()
    /// Replaced only in a forked copy, before anything else runs there.
    private nonisolated(unsafe) var line = Line()

    init(_ place: WaitPlace) {
        self.place = place
    }

    /// Whether nobody waits.
    @inline(__always)
    var isEmpty: Bool { line.count.load(ordering: .acquiring) == 0 }

    /// How many tasks wait.
    var count: Int { line.count.load(ordering: .acquiring) }

    /// Forgets the tasks of the process that this one is a copy of.
    func forget() {
        // Kept: a task that ended with its continuation unresumed would say so.
        _ = Unmanaged.passRetained(line)
        line = Line()
    }

    /// Waits until the attempt succeeds.
    ///
    /// - Parameters:
    ///   - timeout: nil waits without a limit, zero or less only tries.
    ///   - isCancellable: without it, also a cancelled task waits.
    ///   - attempt: is called by the task itself, then for it, and never again after it has succeeded.
    /// - Returns: what the attempt gave; nil when the limit is over first.
    /// - Throws: `CancellationError` when the task is cancelled while it waits, and an error of the system when there
    ///   is no room for the thread that waits for all.
    nonisolated(nonsending) func wait(
        timeout: Duration?, isCancellable: Bool = true, _ attempt: @escaping Attempt
    ) async throws -> Grant? {
        if isEmpty, let grant = attempt(.arrival) { return grant }
        let deadline = timeout.map(Deadline.after)
        if let deadline, deadline.hasPassed { return isEmpty ? attempt(.tick) : nil }
        if isCancellable { try Task.checkCancellation() }
        let start = Deadline.now
        if isEmpty, let grant = look(attempt) { return grant }
        let id = line.machine.withLock { $0.makeID() }
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in self?.giveUp(id, .timeout) }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        let wake = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let waiter = Waiter(attempt: attempt) { continuation.resume(returning: $0) }
                enter(waiter, id, deadline, isCancellable: isCancellable)
            }
        } onCancel: {
            if isCancellable { giveUp(id, .cancelled) }
        }
        switch wake {
        case .grant(let grant):
            attention.learn(from: Deadline.now.nanoseconds - start.nanoseconds)
            return grant
        case .timeout: return nil
        case .cancelled: throw CancellationError()
        case .failed(let error): throw error
        }
    }

    /// Something of what is waited for may be there, or not be needed any more.
    @inline(__always)
    func changed() {
        if !isEmpty { serve(.change) }
    }

    // MARK: In line

    private func enter(_ waiter: Waiter, _ id: UInt64, _ deadline: Deadline?, isCancellable: Bool) {
        line.machine.withLock { $0.append(waiter, id: id) }
        line.count.add(1, ordering: .sequentiallyConsistent)
        if isCancellable, Task.isCancelled {
            // The handler may have run before there was a waiter to take out. Asked only now that there is one.
            giveUp(id, .cancelled)
        } else if let deadline, deadline.hasPassed {
            giveUp(id, .timeout)
        }
        serve(.change)
    }

    private func giveUp(_ id: UInt64, _ wake: Wake) {
        guard let waiter = line.machine.withLock({ $0.remove(id) }) else { return }
        line.count.subtract(1, ordering: .sequentiallyConsistent)
        waiter.resume(wake)
    }

    /// Serves those who are first, as far as attempts succeed, and sees to it that this is called again.
    private func serve(_ occasion: WaitOccasion) {
        var resumed: [(Waiter, Wake)] = []
        line.machine.withLock { machine in
            var occasion = occasion
            while let (id, waiter) = machine.first() {
                if let grant = waiter.attempt(occasion) {
                    _ = machine.remove(id)
                    resumed.append((waiter, .grant(grant)))
                    continue
                }
                occasion = .change
                guard let (word, value) = place.announce(false) else { continue }
                // Only what changes after the announcement wakes anybody.
                if let grant = waiter.attempt(.change) {
                    _ = machine.remove(id)
                    resumed.append((waiter, .grant(grant)))
                    continue
                }
                do {
                    if let watch = machine.beginWatch(of: value) { try begin(watch, word, value) }
                } catch {
                    resumed += machine.removeAll().map { ($0, .failed(error)) }
                }
                break
            }
        }
        line.count.subtract(resumed.count, ordering: .sequentiallyConsistent)
        for (waiter, wake) in resumed { waiter.resume(wake) }
    }

    private func begin(_ watch: UInt64, _ word: SharedWord, _ value: UInt32) throws {
        try WordWatch.watch(word, while: value) { [weak self] isTick in
            guard let self else { return }
            let isDue = line.machine.withLock { $0.endWatch(watch) }
            // Nobody is in line any more: what woke this process may have been meant for a sleeper of another.
            if isEmpty, !isTick { word.wake() }
            if isDue { serve(isTick ? .tick : .change) }
        }
    }
}
