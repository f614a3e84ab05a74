import CMultiprocessing
import Glibc

/// Whether this process is a forked copy of one with threads, which the copy does not have.
package enum ForkedChild {
    /// Written once, by the only thread of a copy, before anything else runs there.
    private nonisolated(unsafe) static var isForked = false

    package static var isCurrent: Bool { unsafe isForked }

    /// How many forks lie between this process and the program's start: another number is another process.
    package static var generation: Int { unsafe forks }

    /// Written like the flag.
    private nonisolated(unsafe) static var forks = 0

    /// What upper floors do at the beginning of a copy.
    private static let handlers = GlobalMutex<[@Sendable () -> Void]>([])

    /// Runs the handler at the beginning of each forked copy of this process, before anything else does.
    package static func atBegin(_ handler: @escaping @Sendable () -> Void) {
        handlers.withLock { $0.append(handler) }
    }

    /// Makes the copy a process of its own: nothing of the other threads' is used any more.
    static func begin() {
        unsafe isForked = true
        unsafe forks += 1
        mp_begin_forked { EndOfProcess.run() }
        EndOfProcess.forget()
        Poller.forget()
        WordWatch.forget()
        for handler in handlers.withLock({ $0 }) { handler() }
        ForkedExecutor.install()
    }

    /// Makes the runtime and the loader take the locks of their tables, any of which a thread of the other process may
    /// have held when the copy was made: a copy that comes back from here has them, another one waits for ever.
    static func takeLocksOnce() {
        let made: Any.Type = [mp_probe].self
        guard made is any Sequence.Type, !_typeName(made).isEmpty, _mangledTypeName(made) != nil else {
            fatalError("the runtime does not know arrays")
        }
        _ = mp_image_generation()
    }
}
