import MultiprocessingCore

/// The way a pool or a child process is started; Python's context objects.
///
/// ```swift
/// let child = ChildProcess(context: ProcessContext(.spawn)) { print("a fresh image") }
/// ```
///
/// Several contexts can be used side by side in one program.
public struct ProcessContext: Sendable, CustomStringConvertible {
    /// How children are made.
    public let method: StartMethod

    let launcher: any Launcher

    /// The method's name in Python.
    public var description: String { method.description }

    /// The context of the program's start method, which is the fork server unless another was chosen.
    public static var `default`: ProcessContext { ProcessContext(.current) }

    /// A context with this start method.
    ///
    /// - Parameter method: contexts with `.forkserver` share one server, which is started with the first child.
    public init(_ method: StartMethod) {
        self.method = method
        switch method.kind {
        case .spawn: launcher = SpawnLauncher()
        case .forkserver: launcher = Self.forkServer
        case .fork: launcher = ForkLauncher()
        }
    }

    private init(_ method: StartMethod, _ launcher: any Launcher) {
        self.method = method
        self.launcher = launcher
    }

    /// A context with a fork server of its own, which does something once before it makes its first child.
    ///
    /// ```swift
    /// let context = try ProcessContext.forkserver { try Model.load() }    // a static value of the program
    /// ```
    ///
    /// All children find it done, and share the memory of it until they write there. It is done in a process that
    /// has to keep to its one thread: no Dispatch, no tasks. It is done again when the server was killed and a
    /// new one takes its place. What the closure throws, or a thread that it leaves behind, fails the start of
    /// the first child, which throws it as its cause. Python's `set_forkserver_preload`.
    ///
    /// - Parameter preload: what the server does first; it captures `Codable` values only, and no handles.
    /// - Returns: the context. Its server is started with the first child, and ends with this process.
    /// - Throws: a ``ClosureRefusedError`` when the closure captures what cannot travel.
    public static func forkserver(preload: @escaping @Sendable () throws -> Void) throws -> ProcessContext {
        let launcher = ForkServerLauncher(
            warming: heirs,
            preload: Preload(ClosurePreloader.self, payload: try ClosurePreloader.encode(preload)))
        return ProcessContext(.forkserver, launcher)
    }

    private static let heirs: [any ChildRole.Type] = [ProcessBodyRole.self, PoolWorkerRole.self]

    /// The one server of the program.
    private static let forkServer = ForkServerLauncher(warming: heirs)
}
