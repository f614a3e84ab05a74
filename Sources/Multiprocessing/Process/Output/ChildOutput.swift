import MultiprocessingCore
import Synchronization

/// The streams of a child that are captured.
final class ChildOutput: Sendable {
    let output: OutputStorage?
    let error: OutputStorage?
    /// The pipes, whose other ends are held until the child has them.
    private let pipes = Mutex<[OutputPipe]>([])

    init(_ options: StartOptions) {
        output = options.standardOutput == .captured ? OutputStorage() : nil
        error = options.standardError == .captured ? OutputStorage() : nil
    }

    /// Makes the pipes and begins to read them.
    func open(_ options: StartOptions) throws -> StandardStreams {
        do {
            let outputPipe = try output.map { try open($0) }
            let errorPipe = try error.map { try open($0) }
            return try options.streams(capturingOutput: outputPipe, error: errorPipe)
        } catch let error as SystemError {
            throw MultiprocessingError(
                .startFailed, "the standard streams of the child could not be set up", cause: error)
        }
    }

    private func open(_ storage: OutputStorage) throws(SystemError) -> OutputPipe {
        let pipe = try OutputPipe()
        try storage.begin(pipe.reader)
        pipes.withLock { $0.append(pipe) }
        return pipe
    }

    /// The child has its ends now, or will never have them.
    func started() {
        let pipes = pipes.withLock { pipes in
            defer { pipes = [] }
            return pipes
        }
        withExtendedLifetime(pipes) {}
    }

    /// Nobody will read any more, or there is nothing to be read.
    func abandon() {
        started()
        output?.end()
        error?.end()
    }
}
