import Synchronization

/// The records that wait for one consumer of `ProcessLogger.records()`.
final class LogQueue: Sendable {
    /// Enough for a burst; more than that means that nobody keeps up.
    static let limit = 8192

    private typealias Waiter = CheckedContinuation<ProcessLogger.Record?, Never>

    private let machine = Mutex(LogQueueMachine<ProcessLogger.Record, Waiter>(limit: limit))

    /// Takes a record in; never waits.
    func append(_ record: ProcessLogger.Record) {
        machine.withLock { $0.append(record) }?.resume(returning: record)
    }

    /// No more records come; those that are there can still be taken.
    func finish() {
        end(isDiscarding: false)
    }

    /// The next record; nil at the end, and when the task is cancelled, which is the end for everyone.
    nonisolated(nonsending) func next() async -> ProcessLogger.Record? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                switch machine.withLock({ $0.next(waiter) }) {
                case .element(let record): waiter.resume(returning: record)
                case .gap(let count): waiter.resume(returning: Self.notice(of: count))
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

    /// What stands in the place of records that had to be left out.
    private static func notice(of count: Int) -> ProcessLogger.Record {
        ProcessLogger.Record(
            .warning, "\(count) log records were left out here: they were not taken in time", fileID: #fileID,
            function: #function, line: #line)
    }
}
