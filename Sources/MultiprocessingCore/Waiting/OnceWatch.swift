import Synchronization

/// A watch that ends itself from its own handler, which may run before the watch is known to its maker.
final class OnceWatch: Sendable {
    private struct State {
        var watch: Poller.Watch?
        var isOver = false
    }

    private let state = Mutex(State())

    /// Watches until `handler` returns true.
    static func begin(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Bool) throws(SystemError) {
        let once = OnceWatch()
        let watch = try Poller.obtain().watch(descriptor) {
            guard !once.state.withLock({ $0.isOver }), handler() else { return }
            once.end()
        }
        once.began(watch)
    }

    private func began(_ watch: Poller.Watch) {
        let isOver = state.withLock { state in
            state.watch = watch
            return state.isOver
        }
        if isOver { Poller.shared.unwatch(watch) }
    }

    private func end() {
        let watch = state.withLock { state in
            state.isOver = true
            return state.watch
        }
        if let watch { Poller.shared.unwatch(watch) }
    }
}
