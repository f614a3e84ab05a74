import CMultiprocessing
import Glibc

/// A pipe into which a child writes its output, and the reading of it, which never waits.
package final class OutputPipe: Sendable {
    /// What a look into the pipe found.
    package enum Finding {
        case bytes([UInt8])
        /// Nobody can write into it any more.
        case end
        case nothing
    }

    /// The child's end; whoever made the pipe lets go of it after the start.
    package let end: SharedDescriptor
    package let reader: OutputReader

    package init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            // A pair of Int32 has the layout of an array of two.
            unsafe mp_pipe(bytes.start.assumingMemoryBound(to: Int32.self))
        }
        guard result == 0 else { throw .last("pipe2") }
        reader = OutputReader(SharedDescriptor(Descriptor(adopting: ends.0)))
        end = SharedDescriptor(Descriptor(adopting: ends.1))
    }
}

/// The end of a pipe that is read from.
package struct OutputReader: Sendable {
    private let descriptor: SharedDescriptor

    init(_ descriptor: SharedDescriptor) {
        self.descriptor = descriptor
    }

    /// Calls the handler on the poller's thread when there is something to read.
    package func watch(_ handler: @escaping @Sendable () -> Void) throws(SystemError) -> Poller.Watch {
        try Poller.obtain().watch(descriptor.raw, handler)
    }

    /// Reads what is there.
    package func read() -> OutputPipe.Finding {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor.raw, &bytes, bytes.count)
            if count > 0 { return .bytes(Array(bytes[..<count])) }
            if count == 0 { return .end }
            if errno == EAGAIN { return .nothing }
            // A pipe that cannot be read has nothing more to tell.
            if errno != EINTR { return .end }
        }
    }
}
