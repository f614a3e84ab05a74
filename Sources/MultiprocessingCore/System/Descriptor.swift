import CMultiprocessing
import Glibc

/// A file descriptor with exactly one owner: closed when the owner ends, never copied.
package struct Descriptor: ~Copyable, Sendable {
    package let raw: Int32

    /// Takes over a descriptor that nobody else closes.
    ///
    /// It gets another number when it has that of a standard stream, as happens in programs that closed theirs:
    /// what such a program prints must not end up here.
    package init(adopting raw: Int32) {
        precondition(raw >= 0, "a descriptor is not negative")
        let copy = raw > STDERR_FILENO ? -1 : fcntl(raw, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        if copy >= 0 { close(raw) }
        self.raw = copy >= 0 ? copy : raw
    }

    deinit {
        // EBADF means that somebody else closed a descriptor of ours: that is a bug worth a stop, because
        // the number may already belong to another file. Every other result leaves the descriptor closed.
        if close(raw) == -1 && errno == EBADF {
            fatalError("descriptor \(raw) was closed by someone who does not own it")
        }
    }

    /// Gives the number away: from now on the caller closes it.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// A second descriptor for the same open file, close-on-exec from birth.
    package borrowing func duplicated() throws(SystemError) -> Descriptor {
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .last("fcntl(F_DUPFD_CLOEXEC)") }
        return Descriptor(adopting: copy)
    }
}

/// A descriptor that several holders share; it closes when the last of them ends.
package final class SharedDescriptor: Sendable {
    package let descriptor: Descriptor
    package var raw: Int32 { descriptor.raw }

    package init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// A second descriptor for an open file of somebody else's, close-on-exec from birth, above the standard streams.
    package convenience init(duplicating raw: Int32) throws(SystemError) {
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        guard copy >= 0 else { throw .last("fcntl(F_DUPFD_CLOEXEC)") }
        self.init(Descriptor(adopting: copy))
    }

    /// How many of them one message takes.
    package static let mostInMessage = 253

    /// Whether it is anonymous memory that nobody can shrink or grow.
    package var hasFixedSize: Bool { mp_has_fixed_size(raw) == 1 }

    /// Waits until it can be read or written; false when that has not come by the deadline.
    func wait(for events: Int32, until deadline: Deadline?) throws(SystemError) -> Bool {
        var item = pollfd(fd: raw, events: Int16(events), revents: 0)
        while true {
            let ready = unsafe poll(&item, 1, deadline?.millisecondsLeft ?? -1)
            if ready >= 0 { return ready > 0 }
            guard errno == EINTR else { throw .last("poll") }
        }
    }
}
