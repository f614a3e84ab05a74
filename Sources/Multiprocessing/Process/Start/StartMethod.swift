import MultiprocessingCore

/// How the operating system makes a child process.
///
/// ```swift
/// try StartMethod.choose(.spawn)             // once, for the whole program
/// let context = ProcessContext(.forkserver)  // or for some children only
/// ```
public struct StartMethod: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case spawn
        case forkserver
        case fork
    }

    let kind: Kind

    init(kind: Kind) {
        self.kind = kind
    }

    /// A fresh image of this program, started from the file that this process runs.
    ///
    /// Nothing is shared with any earlier child; the slowest start.
    public static let spawn = StartMethod(kind: .spawn)

    /// A copy of a server process, which is a fresh image of this program that never does anything but copy
    /// itself; the default, and the fastest start that is safe in a program with threads.
    public static let forkserver = StartMethod(kind: .forkserver)

    /// A copy of this very process, with all that it has: values of any type, open descriptors, memory.
    ///
    /// For what only a copy can do. Bodies may capture whatever is `Sendable`. The copy has one thread, on which
    /// tasks, actors, task groups, the main actor and sleeps work; Dispatch queues and threads of other libraries do
    /// not exist there, and whoever waits for one waits for ever. A lock that another thread held at the moment of
    /// the copy stays locked: the library's own are free, those of others may not be. A copy that cannot even begin
    /// is given up after ten seconds, with an error that says so.
    public static let fork = StartMethod(kind: .fork)

    /// The methods that this platform has, the default first.
    public static let supported: [StartMethod] = [.forkserver, .spawn, .fork]

    /// Whether children find their bodies in memory and need not be told.
    var inheritsMemory: Bool { kind == .fork }

    /// The method of this name, as Python spells it.
    ///
    /// - Parameter name: `spawn`, `forkserver` or `fork`.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for any other name.
    public init(named name: String) throws {
        guard let kind = Kind(rawValue: name) else {
            let known = Self.supported.map { "\"\($0)\"" }.joined(separator: ", ")
            throw MultiprocessingError(
                .invalidArgument, "\"\(name)\" is no start method; there are \(known)")
        }
        self.kind = kind
    }

    /// The method's name in Python.
    public var description: String { kind.rawValue }
}

extension StartMethod {
    private static let choice = GlobalMutex<Kind?>(nil)

    /// What was chosen for the program, here or in the process that started this one.
    static var chosen: Kind? { choice.withLock { $0 } }

    /// Takes over what was chosen in the process that started this one.
    static func inherit(_ kind: Kind?) { choice.withLock { $0 = kind } }

    /// The method of children and pools that are given no context; Python's `get_start_method`.
    ///
    /// Children have the choice of the process that started them.
    public static var current: StartMethod { StartMethod(kind: chosen ?? .forkserver) }

    /// Chooses the method for the whole program, once; Python's `set_start_method`.
    ///
    /// Children that were started and pools that were made before keep theirs.
    ///
    /// - Parameters:
    ///   - method: the method of everything that is given no context.
    ///   - force: replaces an earlier choice.
    /// - Throws: a ``MultiprocessingError`` with the code `alreadyChosen` for a second choice without `force`.
    public static func choose(_ method: StartMethod, force: Bool = false) throws {
        let earlier = choice.withLock { choice -> Kind? in
            if let choice, !force { return choice }
            choice = method.kind
            return nil
        }
        if let earlier {
            throw MultiprocessingError(
                .alreadyChosen,
                "the start method of the program is chosen once, and it is \(earlier.rawValue); "
                    + "give a context to what is to be started otherwise")
        }
    }
}
