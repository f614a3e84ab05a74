import CMultiprocessing
import Glibc

/// A standard stream of this process, to which others' output is passed on.
package enum StandardStream: Sendable {
    case output
    case error

    /// Writes all of it, however long that takes; what nobody can read any more is dropped.
    package func write(_ bytes: [UInt8]) {
        let stream = self == .output ? STDOUT_FILENO : STDERR_FILENO
        unsafe bytes.withUnsafeBytes { all in
            var rest = unsafe all
            while let start = rest.baseAddress, unsafe !rest.isEmpty {
                // A stream that is closed at the other end is no reason for this process to end by a signal.
                let written = unsafe mp_write(stream, start, rest.count)
                if written >= 0 {
                    unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno == EAGAIN {
                    var item = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
                    // Looks again now and then, because nothing else tells of a stream that was closed here.
                    _ = unsafe poll(&item, 1, 1000)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
