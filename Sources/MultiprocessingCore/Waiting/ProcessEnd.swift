import CMultiprocessing

/// The end of a process: how it came, and what the process had used by then.
package struct ProcessEnd: Hashable, Sendable {
    package let status: ExitStatus
    /// Nil when whoever could have told was gone.
    package let usage: ProcessUsage?

    package init(_ status: ExitStatus, usage: ProcessUsage? = nil) {
        self.status = status
        self.usage = usage
    }

    /// Nobody is left to tell how it came.
    static let unknown = ProcessEnd(.unknown)
}

/// What a process and those of its children that it reaped used.
package struct ProcessUsage: Hashable, Sendable, BitwiseCopyable {
    /// Nanoseconds that processors spent in its code, and in the kernel for it.
    package let userTime: Int64
    package let systemTime: Int64
    /// Bytes.
    package let peakMemory: Int64

    init(_ exit: mp_exit) {
        userTime = exit.user_time
        systemTime = exit.system_time
        peakMemory = exit.peak_memory
    }
}
