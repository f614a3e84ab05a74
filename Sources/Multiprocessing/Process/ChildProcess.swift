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
/// when this process ends, however that happens.
public actor ChildProcess: Identifiable {
    /// The name, which the child also sees as its own.
    public nonisolated let name: String

    private nonisolated let launcher: any Launcher
    private nonisolated let record = ChildRecord()
    /// Appends the body and its arguments to what the child is told.
    private nonisolated let encodeBody: @Sendable (inout ByteWriter) throws -> Void

    private init<Body: PortableBody>(
        _ name: String?, _ context: ProcessContext, _ body: Body, _ arguments: Body.Arguments
    ) where Body.Context == Nothing {
        self.name = name ?? ProcessNames.next()
        launcher = context.launcher
        encodeBody = { writer in
            try InvocationCoder.encode(body, context: Nothing(), into: &writer)
            try Body.encode(arguments, into: &writer)
        }
    }

    /// A child that will run a body.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - context: how the child is started.
    ///   - body: what the child does; it captures `Codable` values only.
    public init(
        name: String? = nil, context: ProcessContext = .default,
        _ body: @escaping @concurrent @Sendable () async throws -> Void
    ) {
        self.init(name, context, VoidBody0(body: body), ())
    }

    /// A child that will run a body of one argument.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - a: the argument, which is encoded at the start.
    ///   - context: how the child is started.
    ///   - body: what the child does.
    public init<A: Codable & Sendable>(
        name: String? = nil, _ a: A, context: ProcessContext = .default,
        _ body: @escaping @concurrent @Sendable (A) async throws -> Void
    ) {
        self.init(name, context, VoidBody1(body: body), a)
    }

    /// A child that will run a body of two arguments.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - a: the first argument, which is encoded at the start.
    ///   - b: the second argument.
    ///   - context: how the child is started.
    ///   - body: what the child does.
    public init<A: Codable & Sendable, B: Codable & Sendable>(
        name: String? = nil, _ a: A, _ b: B, context: ProcessContext = .default,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) {
        self.init(name, context, VoidBody2(body: body), (a, b))
    }

    /// A child that will run a task; what the task returns is dropped.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Resize-3` for a task of type `Resize`.
    ///   - context: how the child is started.
    ///   - task: what the child does; it is encoded at the start.
    public init<T: ProcessTask>(name: String? = nil, context: ProcessContext = .default, task: T) {
        self.init(name ?? ProcessNames.next("\(T.self)"), context, DetachedTaskBody<T>(), task)
    }

    /// Starts the child; returns when the process exists.
    ///
    /// - Throws: a ``ClosureRefusedError`` when the body captures what cannot travel; a
    ///   ``MultiprocessingError`` when an argument cannot be encoded, when the child was started before, and
    ///   when the system cannot make a process. Cancelling the task does not stop a start that is under way.
    public nonisolated(nonsending) func start() async throws {
        var writer = ByteWriter()
        writer.append(string: name)
        writer.append(string: Self.current.name)
        let log = LogInheritance.current
        log.encode(into: &writer)
        do {
            try encodeBody(&writer)
        } catch let error as EncodingError {
            throw MultiprocessingError(
                .unencodable, "the arguments of \(name) could not be encoded", cause: error)
        }
        let order = LaunchOrder(
            role: ProcessBodyRole.self, payload: writer.bytes, descriptors: log.descriptors)
        try await record.start(order, with: launcher)
    }

    /// Waits until the child has ended; Python's `join`.
    ///
    /// Several tasks may wait, also repeatedly and after the end.
    ///
    /// - Returns: how the child ended. A nonzero code is not an error.
    /// - Throws: a ``MultiprocessingError`` when the child was not started; `CancellationError` when the waiting
    ///   task is cancelled, which leaves the child alone.
    @discardableResult
    public nonisolated(nonsending) func join() async throws -> ExitStatus {
        guard let status = try await wait(nil) else {
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
        try await wait(timeout)
    }

    private nonisolated(nonsending) func wait(_ timeout: Duration?) async throws -> ExitStatus? {
        guard record.child != nil else {
            throw MultiprocessingError(.notStarted, "\(name) has not been started, so it cannot be joined")
        }
        return try await record.end.wait(timeout: timeout)
    }

    /// The child's process identifier; nil before the start.
    public nonisolated var pid: Int32? { record.child?.pid }

    /// How the child ended; nil before that.
    public nonisolated var exitStatus: ExitStatus? { record.end.value }

    /// The exit code, or the signal's number with a minus sign; nil before the end.
    ///
    /// Python's `exitcode`.
    public nonisolated var exitCode: Int32? { exitStatus?.code }

    /// Whether the child runs: it was started and has not ended.
    public nonisolated var isAlive: Bool { record.child != nil && record.end.value == nil }

    /// Asks the child to end, by SIGTERM; Python's `terminate`.
    ///
    /// - Throws: a ``MultiprocessingError`` when the child was not started. That it has ended is not an error.
    public nonisolated func terminate() throws {
        try record.send(Signal.terminate)
    }

    /// Ends the child, by SIGKILL; Python's `kill`.
    ///
    /// - Throws: a ``MultiprocessingError`` when the child was not started. That it has ended is not an error.
    public nonisolated func kill() throws {
        try record.send(Signal.kill)
    }
}
