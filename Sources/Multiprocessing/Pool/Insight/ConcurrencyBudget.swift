import MultiprocessingCore

/// How many tasks several pools together may run at once.
///
/// ```swift
/// var configuration = ProcessPool.Configuration()
/// configuration.budget = try ConcurrencyBudget(slots: 8)
/// let images = try ProcessPool(workers: 8, configuration: configuration)
/// let videos = try ProcessPool(workers: 8, configuration: configuration)     // never more than 8 tasks in both
/// ```
///
/// It travels to other processes like any value, so their pools can share it. A task, or a chunk of a map, takes a
/// slot before it begins and gives it back at its end; those of a worker that died come back. A pool that is made
/// inside of a task needs another budget than the pool of that task.
public struct ConcurrencyBudget: Sendable, Codable {
    let semaphore: SharedSemaphore

    /// Makes a budget.
    ///
    /// - Parameter slots: how many tasks may run at once, at least one.
    /// - Throws: a ``MultiprocessingError`` for a number below one, and when the system has no memory or descriptors left.
    public init(slots: Int) throws {
        guard slots > 0 else {
            throw MultiprocessingError(.invalidArgument, "a budget has at least one slot, not \(slots)")
        }
        semaphore = try SharedSemaphore(value: slots, bound: slots)
    }

    /// How many slots are free at the moment.
    public var free: Int { semaphore.value }

    var id: SharedObject.ID { semaphore.storage.object.id }
}
