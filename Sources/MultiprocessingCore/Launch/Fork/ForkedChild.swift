import CMultiprocessing
import Glibc

/// Whether this process is a forked copy of one with threads, which the copy does not have.
package enum ForkedChild {
    /// Written once, by the only thread of a copy, before anything else runs there.
    private nonisolated(unsafe) static var isForked = false

    package static var isCurrent: Bool { unsafe isForked }

    /// Makes the copy a process of its own: nothing of the other threads' is used any more.
    static func begin() {
        unsafe isForked = true
        mp_begin_forked { EndOfProcess.run() }
        EndOfProcess.forget()
        Poller.forget()
        WordWatch.forget()
        ForkedExecutor.install()
    }
}
