import MultiprocessingCore
import Synchronization

/// Who this process is among the processes of the program, and the names of those that it starts.
enum ProcessNames {
    /// What a process learns about itself at its start.
    struct Place: Sendable {
        var current: ProcessInformation
        var parent: ProcessInformation?
        /// The numbers of the process and those above it: `[3, 1]` is the first child of the third child.
        var path: [UInt32] = []
    }

    /// So deep processes may start processes: more is a program that starts itself without end.
    static let depthLimit = 10

    private static let count = Atomic<UInt32>(0)

    /// Set once, in a child, before anything else runs there.
    private static let place = GlobalMutex<Place?>(nil)

    /// The place of this process.
    static var here: Place {
        place.withLock { $0 } ?? Place(current: .init(name: "MainProcess", pid: ThisProcess.id))
    }

    /// A number for the next child, with those of this process before it.
    static func nextPath() -> [UInt32] {
        here.path + [count.wrappingAdd(1, ordering: .relaxed).newValue]
    }

    /// The name of a child that was given none: `Process-3`, and `Process-3:1` for a child of that.
    static func name(_ kind: String, _ path: [UInt32]) -> String {
        "\(kind)-\(path.map(String.init).joined(separator: ":"))"
    }

    /// Refuses to go deeper than the limit.
    ///
    /// - Parameter depth: how many processes and pools are above the code that asks; nil for the processes only.
    /// - Throws: a `MultiprocessingError` with the code `nestingTooDeep`.
    static func checkDepth(_ depth: Int? = nil) throws(MultiprocessingError) {
        let here = here
        guard depth ?? here.path.count < depthLimit else {
            throw MultiprocessingError(
                .nestingTooDeep,
                "\(here.current.name) is the child of a child, \(depthLimit) deep; it starts no processes, because a "
                    + "program that goes deeper most likely starts itself without end")
        }
    }

    /// This process is a child, and this is its place.
    static func become(_ new: Place) {
        place.withLock { $0 = new }
        count.store(0, ordering: .relaxed)
    }
}

extension ChildProcess {
    /// The process that asks; Python's `current_process`.
    public static var current: ProcessInformation { ProcessNames.here.current }

    /// The process that started this one as its child; nil in a program that is no child.
    ///
    /// Its number is that of the process that asked for the start. `getppid()` is the same for `.spawn` and `.fork`
    /// only, because the parent in the system's sense of a child of a fork server is that server. Python's
    /// `parent_process`.
    public static var parent: ProcessInformation? { ProcessNames.here.parent }
}
