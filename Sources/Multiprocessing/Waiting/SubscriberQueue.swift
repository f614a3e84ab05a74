import Synchronization

/// What waits for one reader of something that goes on whether it is read or not.
final class SubscriberQueue<Element: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Element?, Never>

    private let machine: Mutex<SubscriberQueueMachine<Element, Waiter>>
    private let notice: @Sendable (Int) -> Element

    /// - Parameters:
    ///   - limit: how many wait at most.
    ///   - notice: what stands in the place of so many that had to be left out.
    init(limit: Int, notice: @escaping @Sendable (Int) -> Element) {
        machine = Mutex(SubscriberQueueMachine(limit: limit))
        self.notice = notice
    }

    /// Takes an element in; never waits.
    func append(_ element: Element) {
        machine.withLock { $0.append(element) }?.resume(returning: element)
    }

    /// No more come; those that are there can still be taken.
    func finish() {
        end(isDiscarding: false)
    }

    /// The next one; nil at the end, and when the task is cancelled, which is the end for everyone.
    nonisolated(nonsending) func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                switch machine.withLock({ $0.next(waiter) }) {
                case .element(let element): waiter.resume(returning: element)
                case .gap(let count): waiter.resume(returning: notice(count))
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
