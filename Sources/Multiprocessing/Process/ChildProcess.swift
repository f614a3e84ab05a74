import MultiprocessingCore

/// A process that runs a closure or a task of this program; Python's `Process`.
///
/// ```swift
/// let child = ChildProcess(name: "greeter", "bob") { print("hello \($0)") }
/// try await child.start()
/// let status = try await child.join()      // .exited(0)
/// ```
///
/// The child is this program without its `main`: everything is initialised as at a start, and then the body
/// runs. It ends with code 0 when the body returns, and with code 1 when it throws; the error is printed to
/// standard error. Its standard output and error are this process's, its standard input is /dev/null. It ends
/// when this process ends, however that happens, unless its options say otherwise: at a normal end, children
/// that are no daemons are waited for.
public actor ChildProcess: Identifiable {
    /// The name, which the child also sees as its own, and `ps` as far as it has room for it.
    public nonisolated let name: String

    /// Whether the child is terminated, and not waited for, at the end of this process; Python's `daemon`.
    ///
    /// A daemon may not start children. Unless given, the flag is that of the process that makes the handle.
    public nonisolated let isDaemon: Bool

    /// The key that the child has as its own, nil for that of this process; Python's `authkey`.
    public nonisolated let authenticationKey: AuthenticationKey?

    nonisolated let record: ChildRecord
    private nonisolated let context: ProcessContext
    private nonisolated let options: StartOptions
    private nonisolated let path: [UInt32]
    private nonisolated let body: BodyStore

    init<Body: PortableBody>(
        _ name: String?, kind: String = "Process", _ context: ProcessContext, _ daemon: Bool?,
        _ options: StartOptions, _ key: AuthenticationKey?, _ body: Body, _ arguments: Body.Arguments
    ) where Body.Context == Nothing {
        path = ProcessNames.nextPath()
        self.name = name ?? ProcessNames.name(kind, path)
        isDaemon = daemon ?? Self.current.isDaemon
        authenticationKey = key
        self.context = context
        self.options = options
        record = ChildRecord(self.name, capturing: options)
        self.body = BodyStore(
            .init(
                encode: { writer in
                    try InvocationCoder.encode(body, context: Nothing(), into: &writer)
                    try Body.encode(arguments, into: &writer)
                },
                inherited: InheritedBody { _ = try await body.run(arguments, Nothing()) }))
    }

    /// Starts the child; returns when the process exists, and has become what its options say.
    ///
    /// A system without room for a process, its memory or its descriptors is asked up to seven times, in about
    /// 60 milliseconds. After the start this handle holds the body and its arguments no longer.
    ///
    /// - Throws: a ``ClosureRefusedError`` when the body captures what cannot travel; a ``MultiprocessingError``
    ///   when an argument cannot be encoded, an option is refused, the child was started before, this process
    ///   is a daemon, or the system cannot make a process; `CancellationError` when the task was cancelled
    ///   before the process existed.
    public nonisolated(nonsending) func start() async throws {
        guard !Self.current.isDaemon else {
            throw MultiprocessingError(
                .invalidArgument, "\(Self.current.name) is a daemon, and daemons start no children")
        }
        try record.begin()
        do {
            try await record.start(try order(), with: context.launcher, owner: self)
        } catch {
            record.startFailed()
            throw error
        }
    }

    private nonisolated func order() throws -> LaunchOrder {
        var message = MessageWriter()
        let body = body.take()
        do {
            if !context.method.inheritsMemory { try body?.encode(&message) }
        } catch  where error is EncodingError || error is WireError {
            throw MultiprocessingError(
                .unencodable, "the body and the arguments of \(name) could not be encoded", cause: error)
        }
        let heritage = try Heritage(name: name, path: path, isDaemon: isDaemon, key: authenticationKey)
        var order = heritage.order(ProcessBodyRole.self, message.bytes.bytes, message.attachments)
        guard order.descriptors.count <= LaunchOrder.descriptorLimit else {
            throw MultiprocessingError(
                .unencodable,
                "the body and the arguments of \(name) hold \(message.attachments.count) file descriptors; "
                    + "a child can be given \(LaunchOrder.descriptorLimit), of which logging takes one")
        }
        if context.method.inheritsMemory { order.inherited = body?.inherited }
        order.settings = try options.settings()
        order.streams = try record.output.open(options)
        return order
    }

    /// Waits until the child has ended; Python's `join`.
    ///
    /// Several tasks may wait, also repeatedly and after the end.
    ///
    /// - Returns: how the child ended. A nonzero code is not an error.
    /// - Throws: a ``MultiprocessingError`` when the child was not started, or the handle was closed or belongs
    ///   to another process; `CancellationError` when the waiting task is cancelled, which leaves the child
    ///   alone.
    @discardableResult
    public nonisolated(nonsending) func join() async throws -> ExitStatus {
        guard let status = try await join(timeout: nil) else {
            throw MultiprocessingError(.timeout, "a wait without a limit ended")
        }
        return status
    }

    /// Waits until the child has ended, for at most this long; Python's `join(timeout)`.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: how the child ended; nil while it has not.
    /// - Throws: the same as `join()`. A limit that is over is not an error.
    @discardableResult
    public nonisolated(nonsending) func join(timeout: Duration?) async throws -> ExitStatus? {
        _ = try record.startedChild("joined")
        return try await record.end.wait(timeout: timeout).map { ExitStatus($0.status) }
    }

    /// Asks the child to end, by SIGTERM; Python's `terminate`.
    ///
    /// - Throws: a ``MultiprocessingError`` when the child was not started, or the handle was closed or belongs
    ///   to another process. That it has ended is not an error.
    public nonisolated func terminate() throws {
        try record.send(Signal.terminate)
    }

    /// Ends the child, by SIGKILL; Python's `kill`.
    ///
    /// - Throws: the same as `terminate()`.
    public nonisolated func kill() throws {
        try record.send(Signal.kill)
    }

    /// Interrupts the child, by SIGINT; Python's `interrupt`.
    ///
    /// A child that does not handle the signal itself prints that it was interrupted and ends with code 1; its
    /// buffered output is lost. A SIGINT that comes from elsewhere, such as Ctrl-C in a terminal, does nothing
    /// to it: this process decides what becomes of its children.
    ///
    /// - Throws: the same as `terminate()`.
    public nonisolated func interrupt() throws {
        try record.send(Signal.interrupt)
    }

    /// Lets go of everything that is held for the child; Python's `close`.
    ///
    /// From then on calls throw an error with the code `closed`, and properties are nil or false. A second call
    /// does nothing.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` while the child runs.
    public nonisolated func close() throws {
        try record.close()
    }
}
