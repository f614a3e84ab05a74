import MultiprocessingCore

/// The way a pool or a child process is started; Python's context objects.
///
/// ```swift
/// let child = ChildProcess(context: ProcessContext(.spawn)) { print("a fresh image") }
/// ```
public struct ProcessContext: Sendable {
    /// How children are made.
    public let method: StartMethod

    let launcher: any Launcher

    /// Children are made by the fork server that the whole program shares.
    public static let `default` = ProcessContext(.forkserver)

    /// A context with this start method.
    ///
    /// - Parameter method: contexts with `.forkserver` share one server, which is started with the first child.
    public init(_ method: StartMethod) {
        self.method = method
        switch method.kind {
        case .spawn: launcher = SpawnLauncher()
        case .forkserver: launcher = Self.forkServer
        }
    }

    /// The one server of the program.
    private static let forkServer = ForkServerLauncher(warming: [ProcessBodyRole.self, PoolWorkerRole.self])
}
