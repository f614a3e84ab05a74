import CMultiprocessing
import Glibc

/// The process that this code runs in.
package enum ThisProcess {
    package static var id: Int32 { getpid() }

    /// Ends the process as at the end of `main`: exit handlers run and buffered output is written.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }

    /// Keeps memory that is freed, up to some megabytes, instead of giving it back to the system at once.
    ///
    /// For processes of our own making that work on long messages: fresh pages cost more than copying. It is a
    /// setting of the whole process, so it is not for the program's own.
    package static func keepFreedMemory() {
        mp_keep_freed_memory(32 << 20)
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
