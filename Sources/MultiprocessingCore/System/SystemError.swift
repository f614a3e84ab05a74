import Glibc

/// A system call that failed: its name and the error number it left.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: Int32
    package let call: String

    package init(code: Int32, call: String) {
        self.code = code
        self.call = call
    }

    /// The error that the call of this name has just left in `errno`.
    package static func last(_ call: String) -> SystemError {
        SystemError(code: errno, call: call)
    }

    package var description: String {
        // glibc's strerror keeps its buffer per thread.
        let text = unsafe String(cString: strerror(code))
        return "\(call): \(text) (\(code))"
    }
}

extension SystemError {
    /// Whether the other end of a channel is gone.
    package var isBrokenChannel: Bool { code == EPIPE || code == ECONNRESET }

    /// Whether there will be room for a message, or for the descriptors in it, once others have arrived.
    package var isCrowding: Bool { [ETOOMANYREFS, ENOBUFS, ENOMEM].contains(code) }
}
