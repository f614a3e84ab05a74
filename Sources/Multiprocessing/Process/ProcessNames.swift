import MultiprocessingCore
import Synchronization

/// The names of processes: those that are given out here, and this process's own.
enum ProcessNames {
    private static let count = Atomic<Int>(0)

    /// Set once, in a child, before anything else runs there.
    private static let family = Mutex<(current: ProcessInformation, parent: ProcessInformation)?>(nil)

    /// A name for the next child: `Process-3`.
    static func next(_ kind: String = "Process") -> String {
        "\(kind)-\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
    }

    /// This process is a child with this name.
    static func become(_ name: String, parent: ProcessInformation) {
        let current = ProcessInformation(name: name, pid: ThisProcess.id)
        family.withLock { $0 = (current, parent) }
    }

    static var current: ProcessInformation {
        family.withLock { $0?.current } ?? ProcessInformation(name: "MainProcess", pid: ThisProcess.id)
    }

    static var parent: ProcessInformation? { family.withLock { $0?.parent } }
}

extension ChildProcess {
    /// The process that asks; Python's `current_process`.
    public static var current: ProcessInformation { ProcessNames.current }

    /// The process that started this one as its child; nil in a program that is no child.
    ///
    /// Python's `parent_process`.
    public static var parent: ProcessInformation? { ProcessNames.parent }
}
