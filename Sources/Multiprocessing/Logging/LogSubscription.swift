/// A consumer's place among those who get the records; given up when the last holder drops it.
final class LogSubscription: Sendable {
    let queue = LogQueue()

    init() {
        let queue = queue
        LogCenter.change { $0.queues[ObjectIdentifier(queue)] = queue }
    }

    deinit {
        let queue = queue
        // The queue lives on until the lock is free again.
        _ = LogCenter.change { $0.queues.removeValue(forKey: ObjectIdentifier(queue)) }
    }
}
