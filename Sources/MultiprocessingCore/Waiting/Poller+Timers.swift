import Synchronization

extension Poller {
    /// Something that will happen at a moment.
    package struct Timer: Hashable, Sendable {
        let id: UInt64
    }

    /// Calls the handler once, at this moment or a little later.
    @discardableResult
    package func schedule(at deadline: Deadline, _ handler: @escaping @Sendable () -> Void) -> Timer {
        let (id, mustWake) = state.withLock { state in
            let id = state.timers.add(handler, at: deadline)
            let isEarlier = state.sleepsUntil.map { deadline < $0 } ?? true
            return (id, state.isSleeping && isEarlier)
        }
        if mustWake { wake() }
        return Timer(id: id)
    }

    /// Takes a timer back.
    ///
    /// A handler that runs already goes on.
    package func cancel(_ timer: Timer) {
        // The handler ends after the lock, because whatever it holds may end with it.
        _ = state.withLock { $0.timers.cancel(timer.id) }
    }
}
