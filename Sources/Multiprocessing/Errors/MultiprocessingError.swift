/// What the library reports when the outside world does not allow what was asked for.
///
/// ```swift
/// do { try await pool.map(pages) { $0.rendered() } } catch let error as MultiprocessingError
///     where error.code == .poolClosed { … }
/// ```
///
/// Errors that carry more than a text are types of their own: ``WorkerDiedError``, ``RemoteError``,
/// ``ClosureRefusedError`` and ``BufferTooShortError``.
public struct MultiprocessingError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What kind of thing went wrong; new kinds may come with new versions.
    public struct Code: Hashable, Sendable, Codable, CustomStringConvertible {
        private enum Kind: String, Codable {
            case invalidArgument, poolClosed, poolTerminated, poolBroken, timeout, startFailed, notStarted
            case alreadyStarted, closed, undecodable, unencodable, protocolViolation, streamConsumed
            case alreadyChosen, notTransferable, noResources, notHeld, unrecoverable
            case brokenBarrier, queueFull, queueEmpty, queueFinished, queueShutDown, tooManyDone, abandoned
            case managerGone, notExported
            case memoryLimitExceeded, nestingTooDeep
            case notFound, alreadyExists, connectionClosed, brokenConnection, truncated, messageTooLong
            case authenticationFailed, versionMismatch, addressInUse, unreachable
            case overloaded, queueTimeout
        }

        private let kind: Kind

        /// An argument that no call can be made with, such as zero workers.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// The pool takes no more work: it was closed, or its scope has ended.
        public static let poolClosed = Code(kind: .poolClosed)
        /// The pool was terminated while the work waited or ran.
        public static let poolTerminated = Code(kind: .poolTerminated)
        /// The pool cannot start workers or keep them alive.
        public static let poolBroken = Code(kind: .poolBroken)
        /// A task took more memory than the pool's configuration allows.
        public static let memoryLimitExceeded = Code(kind: .memoryLimitExceeded)
        /// A process or pool was to be made inside of too many others.
        public static let nestingTooDeep = Code(kind: .nestingTooDeep)
        /// As many tasks wait for a worker as may wait; the one at hand was not accepted.
        public static let overloaded = Code(kind: .overloaded)
        /// A task waited for a worker for longer than it may, and never runs.
        public static let queueTimeout = Code(kind: .queueTimeout)
        /// A limit of time was over.
        public static let timeout = Code(kind: .timeout)
        /// A process could not be started.
        public static let startFailed = Code(kind: .startFailed)
        /// The process has not been started yet.
        public static let notStarted = Code(kind: .notStarted)
        /// The process was started before.
        public static let alreadyStarted = Code(kind: .alreadyStarted)
        /// The choice was made before, and is made once.
        public static let alreadyChosen = Code(kind: .alreadyChosen)
        /// The handle was closed.
        public static let closed = Code(kind: .closed)
        /// Bytes arrived that are not a value of the expected type.
        public static let undecodable = Code(kind: .undecodable)
        /// A value's own `encode(to:)` failed.
        public static let unencodable = Code(kind: .unencodable)
        /// The other side sent what no working program sends.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// A stream of results was iterated a second time.
        public static let streamConsumed = Code(kind: .streamConsumed)
        /// The other end of a connection was closed, and everything that it sent was received.
        public static let connectionClosed = Code(kind: .connectionClosed)
        /// Nobody will receive what is sent any more, or the connection has failed.
        public static let brokenConnection = Code(kind: .brokenConnection)
        /// The sender of a message ended in the middle of it.
        public static let truncated = Code(kind: .truncated)
        /// A message is longer than its receiver accepts.
        public static let messageTooLong = Code(kind: .messageTooLong)
        /// Two sides do not have the same key, or a message was changed on its way.
        public static let authenticationFailed = Code(kind: .authenticationFailed)
        /// The other side is a program of another version of the library.
        public static let versionMismatch = Code(kind: .versionMismatch)
        /// Something else is at the address, such as a file or another listener.
        public static let addressInUse = Code(kind: .addressInUse)
        /// Nobody listens at the address, or nobody who may be reached from here.
        public static let unreachable = Code(kind: .unreachable)
        /// A handle was to go where it cannot: to another machine, or into bytes that are no message.
        public static let notTransferable = Code(kind: .notTransferable)

        /// The system has no memory or descriptors left for what was to be made.
        public static let noResources = Code(kind: .noResources)
        /// A lock was to be released, or a condition to be used, without the lock.
        public static let notHeld = Code(kind: .notHeld)
        /// The state that a lock guards was left damaged, and the lock is not acquired any more.
        public static let unrecoverable = Code(kind: .unrecoverable)

        /// A barrier was aborted or reset, or one of its parties is gone.
        public static let brokenBarrier = Code(kind: .brokenBarrier)
        /// There is nothing of this name, or not any more.
        public static let notFound = Code(kind: .notFound)
        /// Something else has this name.
        public static let alreadyExists = Code(kind: .alreadyExists)

        /// The manager of an object has ended, or cannot be reached.
        public static let managerGone = Code(kind: .managerGone)
        /// A call named a method, or a type, that the other side does not offer.
        public static let notExported = Code(kind: .notExported)

        /// A queue had no space within the limit.
        public static let queueFull = Code(kind: .queueFull)
        /// A queue had no value within the limit.
        public static let queueEmpty = Code(kind: .queueEmpty)
        /// A queue was finished: nobody puts any more, and nothing is left in it.
        public static let queueFinished = Code(kind: .queueFinished)
        /// A queue was shut down.
        public static let queueShutDown = Code(kind: .queueShutDown)
        /// More values of a queue were marked as done than were taken.
        public static let tooManyDone = Code(kind: .tooManyDone)
        /// Values of a queue were in the hands of processes that were killed before they were done.
        public static let abandoned = Code(kind: .abandoned)

        /// The kind as one word, fit for a metric's label.
        public var description: String { kind.rawValue }
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// What happened, to what, and what to do.
    public let message: String
    /// The description of the error below this one, if there was one.
    public let cause: String?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause.map { String(describing: $0) }
    }

    /// The message, with the cause behind it.
    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
