import Synchronization

/// The events that wait for one reader.
final class EventQueue: Sendable {
    /// Enough for a burst; more than that means that nobody keeps up.
    static let limit = 1024

    private typealias Waiter = CheckedContinuation<ProcessPool.Event?, Never>

    private let machine = Mutex(LogQueueMachine<ProcessPool.Event, Waiter>(limit: limit))

    /// Takes an event in; never waits.
    func append(_ event: ProcessPool.Event) {
        machine.withLock { $0.append(event) }?.resume(returning: event)
    }

    /// No more events come; those that are there can still be taken.
    func finish() {
        end(isDiscarding: false)
    }

    /// The next event; nil at the end, and when the task is cancelled, which is the end for everyone.
    nonisolated(nonsending) func next() async -> ProcessPool.Event? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                switch machine.withLock({ $0.next(waiter) }) {
                case .element(let event): waiter.resume(returning: event)
                case .gap(let count): waiter.resume(returning: .missed(count: count))
                case .over: waiter.resume(returning: nil)
                case nil: break
                }
            }
        } onCancel: {
            end(isDiscarding: true)
        }
    }

    private func end(isDiscarding: Bool) {
        for waiter in machine.withLock({ $0.end(isDiscarding: isDiscarding) }) {
            waiter.resume(returning: nil)
        }
    }
}
