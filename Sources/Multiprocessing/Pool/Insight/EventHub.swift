import Synchronization

/// Where a pool's events go: to all who read them, and nowhere when nobody does.
final class EventHub: Sendable {
    private struct State {
        var queues: [ObjectIdentifier: EventQueue] = [:]
        var isOver = false
    }

    private let state = Mutex(State())
    private let readers = Atomic(0)

    /// Whether anybody reads; without readers no event is made.
    var hasReaders: Bool { readers.load(ordering: .relaxed) > 0 }

    /// A reader begins: it gets what happens from now on.
    func enter(_ queue: EventQueue) {
        let isOver = state.withLock { state in
            if !state.isOver { state.queues[ObjectIdentifier(queue)] = queue }
            readers.store(state.queues.count, ordering: .relaxed)
            return state.isOver
        }
        if isOver { queue.finish() }
    }

    /// A reader is gone.
    func leave(_ queue: EventQueue) {
        state.withLock { state in
            state.queues[ObjectIdentifier(queue)] = nil
            readers.store(state.queues.count, ordering: .relaxed)
        }
    }

    /// Tells all readers.
    func publish(_ events: [ProcessPool.Event]) {
        let queues = state.withLock { Array($0.queues.values) }
        for queue in queues {
            for event in events { queue.append(event) }
        }
    }

    /// Tells all readers of the last event.
    func end() {
        let queues = state.withLock { state in
            state.isOver = true
            readers.store(0, ordering: .relaxed)
            defer { state.queues = [:] }
            return Array(state.queues.values)
        }
        for queue in queues {
            queue.append(.ended)
            queue.finish()
        }
    }
}

/// One reader of a hub, for as long as this is kept.
final class EventSubscription: Sendable {
    let queue = EventQueue()
    private let hub: EventHub

    init(_ hub: EventHub) {
        self.hub = hub
        hub.enter(queue)
    }

    deinit {
        hub.leave(queue)
    }
}
