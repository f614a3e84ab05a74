import Glibc

/// Where a child's standard input, output and error lead.
package struct StandardStreams: Sendable {
    package enum Target: Sendable {
        /// /dev/null: empty as an input, nowhere as an output.
        case null
        /// The starter's own stream; /dev/null when that is closed.
        case inherited
        /// This file, pipe or socket.
        case file(SharedDescriptor)
    }

    package var input = Target.null
    package var output = Target.inherited
    package var error = Target.inherited

    package init() {}

    /// The streams' own numbers, and the starter's descriptor for each; nil stands for /dev/null.
    var sources: [(stream: Int32, source: Int32?)] {
        [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, error)].map { stream, target in
            switch target {
            case .null: (stream, nil)
            case .inherited: (stream, fcntl(stream, F_GETFD) == -1 ? nil : stream)
            case .file(let file): (stream, file.raw)
            }
        }
    }

    /// Opens /dev/null in place of a stream of this process.
    static func discard(_ stream: Int32) {
        let null = unsafe open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        guard null >= 0, null != stream else { return }
        dup2(null, stream)
        close(null)
    }
}
