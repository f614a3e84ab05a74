import Glibc

/// The standard error stream, past every buffer.
package enum StandardError {
    /// How long is waited for room where the stream says that it has none instead of waiting itself.
    private static let patience: Int32 = 1000

    /// Whether somebody sees it who can see it change.
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes text in one call, so that what other processes write comes before or behind it.
    ///
    /// The system keeps up to 4,096 bytes together whatever the stream is; of a longer text, a full pipe may take
    /// a part first.
    package static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, unsafe !rest.isEmpty {
                let written = unsafe Glibc.write(STDERR_FILENO, start, rest.count)
                if written >= 0 {
                    unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno == EAGAIN {
                    var item = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                    guard unsafe poll(&item, 1, patience) != 0 else { return }
                } else if errno != EINTR {
                    // Nobody is left to be told.
                    return
                }
            }
        }
    }
}
