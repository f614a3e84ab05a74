import MultiprocessingCore

/// Who holds a lock within its process: a task, or outside of tasks a thread.
struct LockOwner: Hashable, Sendable {
    /// Never zero.
    let raw: UInt64

    /// Who asks.
    static var current: LockOwner {
        withUnsafeCurrentTask { task in
            // A task's hash tells it from all other tasks that are there; the highest bit, from threads.
            if let task { return LockOwner(raw: UInt64(truncatingIfNeeded: task.hashValue) | 1 << 63) }
            return LockOwner(raw: UInt64(OSThread.currentID))
        }
    }

    /// How descriptions call the process that holds a lock.
    static func name(_ pid: Int32?) -> String {
        guard let pid else { return "none" }
        return pid == ThisProcess.id ? ChildProcess.current.name : "process \(pid)"
    }
}
