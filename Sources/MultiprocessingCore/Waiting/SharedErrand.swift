import Synchronization

/// Work that one thread at a time does, for everyone who asks for it meanwhile; nobody waits.
package struct SharedErrand<State: ~Copyable>: ~Copyable, Sendable {
    private let state: Mutex<State>
    private let isWanted = Atomic<Bool>(false)

    package init(_ state: consuming sending State) {
        self.state = Mutex(state)
    }

    /// Does the work now, unless another thread is at it: that one does it once more then.
    package func run(_ body: (inout State) -> Void) {
        isWanted.store(true, ordering: .sequentiallyConsistent)
        // Who sees the request after the lock was given back is this thread, or the one that has the lock by then.
        while isWanted.load(ordering: .sequentiallyConsistent) {
            let isDone: Void? = state.withLockIfAvailable { state in
                isWanted.store(false, ordering: .sequentiallyConsistent)
                body(&state)
            }
            if isDone == nil { return }
        }
    }

    /// Waits for whoever is at it, and looks at the state; who asks for work meanwhile is turned away.
    ///
    /// So it is for a state with which there is nothing more to do.
    package func withState<R: Sendable>(_ body: (inout State) -> R) -> R {
        state.withLock { state in body(&state) }
    }
}
