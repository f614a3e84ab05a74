import CMultiprocessing
import Glibc

/// What the machine offers to this process.
package enum Processor {
    /// The processors that this process may use: its affinity, limited by the quota of its control group.
    ///
    /// Asked of the kernel each time, because both can change while a program runs.
    package static var usableCount: Int {
        let allowed = Int(mp_allowed_processors())
        return max(1, min(allowed, ControlGroup.processorLimit ?? allowed))
    }

    /// The processors that are in the machine and switched on.
    package static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Says that the caller only looks at memory for the moment.
    package static func pause() { mp_pause() }

    /// Lets others run that wait for this processor.
    package static func yield() { sched_yield() }
}
