extension ChildProcess {
    /// A child that will run a body.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - context: how the child is started.
    ///   - daemon: whether the end of this process terminates the child; nil for as this process is.
    ///   - options: what is special about the child.
    ///   - authenticationKey: nil for that of this process.
    ///   - body: what the child does; it captures `Codable` values only.
    public init(
        name: String? = nil, context: ProcessContext = .default, daemon: Bool? = nil,
        options: StartOptions = StartOptions(), authenticationKey: AuthenticationKey? = nil,
        _ body: @escaping @concurrent @Sendable () async throws -> Void
    ) {
        self.init(name, context, daemon, options, authenticationKey, VoidBody0(body: body), ())
    }

    /// A child that will run a body of one argument.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - a: the argument, which is encoded at the start.
    ///   - context: how the child is started.
    ///   - daemon: whether the end of this process terminates the child; nil for as this process is.
    ///   - options: what is special about the child.
    ///   - authenticationKey: nil for that of this process.
    ///   - body: what the child does.
    public init<A: Codable & Sendable>(
        name: String? = nil, _ a: A, context: ProcessContext = .default, daemon: Bool? = nil,
        options: StartOptions = StartOptions(), authenticationKey: AuthenticationKey? = nil,
        _ body: @escaping @concurrent @Sendable (A) async throws -> Void
    ) {
        self.init(name, context, daemon, options, authenticationKey, VoidBody1(body: body), a)
    }

    /// A child that will run a body of two arguments.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - a: the first argument, which is encoded at the start.
    ///   - b: the second argument.
    ///   - context: how the child is started.
    ///   - daemon: whether the end of this process terminates the child; nil for as this process is.
    ///   - options: what is special about the child.
    ///   - authenticationKey: nil for that of this process.
    ///   - body: what the child does.
    public init<A: Codable & Sendable, B: Codable & Sendable>(
        name: String? = nil, _ a: A, _ b: B, context: ProcessContext = .default, daemon: Bool? = nil,
        options: StartOptions = StartOptions(), authenticationKey: AuthenticationKey? = nil,
        _ body: @escaping @concurrent @Sendable (A, B) async throws -> Void
    ) {
        self.init(name, context, daemon, options, authenticationKey, VoidBody2(body: body), (a, b))
    }

    /// A child that will run a body of three arguments.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Process-3`.
    ///   - a: the first argument, which is encoded at the start.
    ///   - b: the second argument.
    ///   - c: the third argument.
    ///   - context: how the child is started.
    ///   - daemon: whether the end of this process terminates the child; nil for as this process is.
    ///   - options: what is special about the child.
    ///   - authenticationKey: nil for that of this process.
    ///   - body: what the child does.
    public init<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        name: String? = nil, _ a: A, _ b: B, _ c: C, context: ProcessContext = .default, daemon: Bool? = nil,
        options: StartOptions = StartOptions(), authenticationKey: AuthenticationKey? = nil,
        _ body: @escaping @concurrent @Sendable (A, B, C) async throws -> Void
    ) {
        self.init(name, context, daemon, options, authenticationKey, VoidBody3(body: body), (a, b, c))
    }

    /// A child that will run a task; what the task returns is dropped.
    ///
    /// - Parameters:
    ///   - name: nil makes one of the form `Resize-3` for a task of type `Resize`.
    ///   - context: how the child is started.
    ///   - daemon: whether the end of this process terminates the child; nil for as this process is.
    ///   - options: what is special about the child.
    ///   - authenticationKey: nil for that of this process.
    ///   - task: what the child does; it is encoded at the start.
    public init<T: ProcessTask>(
        name: String? = nil, context: ProcessContext = .default, daemon: Bool? = nil,
        options: StartOptions = StartOptions(), authenticationKey: AuthenticationKey? = nil, task: T
    ) {
        self.init(
            name, kind: "\(T.self)", context, daemon, options, authenticationKey, DetachedTaskBody<T>(), task)
    }
}
