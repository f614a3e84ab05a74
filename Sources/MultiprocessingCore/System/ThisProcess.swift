import CMultiprocessing
import Dispatch
import Glibc

/// The process that this code runs in.
package enum ThisProcess {
    package static var id: Int32 { getpid() }

    /// The folder that paths without a slash in front begin at.
    static var workingDirectory: String {
        guard let path = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// Ends the process as at the end of `main`: exit handlers run and buffered output is written.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }

    /// Lets the calling thread do nothing until the process is killed.
    package static func awaitEnd() -> Never {
        while true { _ = pause() }
    }

    /// Lets the calling thread, which is the first one, serve the main actor for as long as the process lives.
    package static func serveMainActor() -> Never {
        if ForkedChild.isCurrent { ForkedExecutor.run() }
        dispatchMain()
    }

    /// How many threads the process has.
    package static var threadCount: Int {
        var folder = stat()
        // A folder has two links more than it has folders in it, and each thread is one.
        return unsafe stat("/proc/self/task", &folder) == 0 ? max(1, Int(folder.st_nlink) - 2) : 1
    }

    /// Gives the process the name that `ps` and `top` show, of which the system keeps 15 bytes; on its first thread.
    package static func rename(_ name: String) {
        // A character that would be cut in two is left out.
        var short = name
        while short.utf8.count > 15 { short.removeLast() }
        unsafe mp_thread_name(short)
    }

    /// Keeps memory that is freed, up to some megabytes, instead of giving it back to the system at once.
    ///
    /// For processes of our own making that work on long messages: fresh pages cost more than copying. It is a
    /// setting of the whole process, so it is not for the program's own.
    package static func keepFreedMemory() {
        mp_keep_freed_memory(32 << 20)
    }

    /// Gives back what was kept that way, when it is not needed for a while.
    package static func returnFreedMemory() {
        mp_return_freed_memory()
    }

    /// Lets SIGINT of a terminal go by, because the program decides about it.
    ///
    /// - Parameters:
    ///   - starter: the process that may interrupt this one by sending the signal itself.
    ///   - message: what is written before such an interrupt ends the process with code 1; nil when not even
    ///     that does.
    package static func guardInterrupt(from starter: Int32, message: String?) {
        unsafe mp_guard_interrupt(starter, message)
    }

    /// Writes what was printed and is still in buffers.
    package static func flushOutput() {
        fflush(nil)
    }
}
