import CMultiprocessing
import Glibc

/// A process by its descriptor, which never stands for another process, unlike its number.
package struct ProcessHandle: Sendable {
    package let descriptor: SharedDescriptor

    package init(_ descriptor: SharedDescriptor) {
        self.descriptor = descriptor
    }

    /// The handle of a process that cannot vanish meanwhile, such as a child that nobody has reaped.
    package init(opening pid: Int32) throws(SystemError) {
        let raw = mp_pidfd_open(pid)
        guard raw >= 0 else { throw .last("pidfd_open") }
        descriptor = SharedDescriptor(Descriptor(adopting: raw))
    }

    /// Sends a signal; false when the process has ended.
    package func send(_ signal: Int32) throws(SystemError) -> Bool {
        if mp_pidfd_signal(descriptor.raw, signal) == 0 { return true }
        guard errno == ESRCH else { throw .last("pidfd_send_signal") }
        return false
    }

    /// Sends a signal to the group that the process leads, also when it has ended itself; false when nobody is in it.
    ///
    /// - Throws: also when the system cannot name a group by its leader's descriptor (EINVAL).
    package func sendToGroup(_ signal: Int32) throws(SystemError) -> Bool {
        if mp_pidfd_signal_group(descriptor.raw, signal) == 0 { return true }
        guard errno == ESRCH else { throw .last("pidfd_send_signal") }
        return false
    }

    /// Reaps our own child without waiting; nil while it runs.
    package func reap() throws(SystemError) -> ProcessEnd? {
        var status = mp_exit()
        switch unsafe mp_pidfd_wait(descriptor.raw, &status) {
        case 1: return ProcessEnd(ExitStatus(status), usage: ProcessUsage(status))
        case 0: return nil
        default: throw .last("waitid")
        }
    }

    /// How a process ended that somebody else has reaped, as far as the kernel tells.
    package var statusAfterReaping: ExitStatus {
        var status = mp_exit()
        return unsafe mp_pidfd_exit_info(descriptor.raw, &status) == 1 ? ExitStatus(status) : .unknown
    }
}

extension ExitStatus {
    init(_ status: mp_exit) {
        self = status.exited == 1 ? .exited(status.value) : .signaled(status.value)
    }
}
