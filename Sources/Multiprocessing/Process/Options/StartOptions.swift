import MultiprocessingCore

/// What is special about a child process: its directory, environment, streams, limits and rights.
///
/// ```swift
/// var options = StartOptions()
/// options.workingDirectory = "/tmp"
/// options.environment = .updated(["LANG": "C", "DEBUG": nil])
/// options.standardOutput = .captured
/// let child = ChildProcess(options: options) { print("hello") }
/// ```
///
/// What is not set is as the starting process has it at the start; niceness, processors and limits of a child of
/// a fork server are those of that server, which has them from the process that started it. When the system
/// refuses one of them, the start throws and no child is left.
public struct StartOptions: Sendable {
    /// The environment of a child.
    public enum Environment: Sendable, Hashable {
        /// The environment of the starting process, as it is at the start.
        case inherited
        /// That environment with these changes; nil takes a variable out.
        case updated([String: String?])
        /// These variables and no others.
        case custom([String: String])
    }

    /// Where the standard input comes from.
    public enum Input: Sendable, Hashable {
        /// There is none: reading finds its end.
        case null
        /// It is that of the starting process.
        case inherited
        /// An open descriptor, which is duplicated when the child starts and stays yours.
        case descriptor(Int32)
    }

    /// Where the standard output or error goes.
    public enum Output: Sendable, Hashable {
        /// Nowhere.
        case null
        /// Where that of the starting process goes.
        case inherited
        /// To the starting process, which reads its lines.
        case captured
        /// An open descriptor, which is duplicated when the child starts and stays yours.
        case descriptor(Int32)
    }

    /// The process group of a child, which signals from a terminal go to.
    public enum ProcessGroup: Sendable, Hashable {
        /// That of the starting process, or of its fork server, which is the same.
        case inherited
        /// One of its own.
        case own
        /// One of its own in a session of its own, without a terminal.
        case ownSession
        /// An existing one.
        case joined(Int32)
    }

    /// A path, relative ones from the starting process's directory; nil is that directory itself.
    public var workingDirectory: String?
    /// The environment.
    public var environment = Environment.inherited
    /// The standard input, which is empty unless chosen.
    public var standardInput = Input.null
    /// The standard output.
    public var standardOutput = Output.inherited
    /// The standard error.
    public var standardError = Output.inherited
    /// The numbers of the processors that the child may run on; nil changes nothing.
    public var processors: Set<Int>?
    /// The niceness, from -20 for the most favoured to 19; nil changes nothing.
    public var niceness: Int?
    /// Limits on what the child may use.
    public var limits: [ResourceLimit] = []
    /// The process group.
    public var processGroup = ProcessGroup.inherited
    /// The user that the child runs as; changing it takes privileges.
    public var userID: UInt32?
    /// The group that the child runs as; changing it takes privileges.
    public var groupID: UInt32?
    /// The supplementary groups; changing them takes privileges.
    public var supplementaryGroups: [UInt32]?
    /// Whether the child goes on when this process ends, however that happens.
    ///
    /// Such a child is neither joined nor terminated at the end of the program.
    public var outlivesParent = false
    /// Whether other processes of the same user may look into the child: attach a debugger to it, read its memory, its
    /// environment and its open files.
    ///
    /// If not, the child closes itself before it is told anything, its key included; with `.forkserver` it comes from a
    /// server that is closed as well. It leaves no core file and prints no backtrace when it crashes. The superuser can
    /// look into every process, and a child that starts a program of its own is open again. A start throws while
    /// somebody is attached to the child already.
    public var isInspectable = true

    /// Options that change nothing.
    public init() {}
}
