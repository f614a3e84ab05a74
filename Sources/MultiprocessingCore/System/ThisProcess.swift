import Glibc

/// The process that this code runs in.
package enum ThisProcess {
    package static var id: Int32 { getpid() }

    /// Ends the process as at the end of `main`: exit handlers run and buffered output is written.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }

    /// Writes text to standard error, past every buffer.
    package static func complain(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            // Nobody is left to be told when this fails.
            _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
