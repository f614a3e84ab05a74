import MultiprocessingCore

/// Who holds a lock within its process: a task, or outside of tasks a thread.
struct LockOwner: Hashable, Sendable {
    /// Never zero.
    let raw: UInt64

    /// Who asks.
    static var current: LockOwner {
        withUnsafeCurrentTask { task in
            // A task's address, which is all that the value holds, tells it from all other tasks that are there; the
            // highest bit, from threads. Its hash would do, but costs more than the lock.
            if let task { return LockOwner(raw: UInt64(unsafeBitCast(task, to: UInt.self)) | 1 << 63) }
            return LockOwner(raw: UInt64(OSThread.currentID))
        }
    }

    /// How descriptions call the process that holds a lock.
    static func name(_ pid: Int32?) -> String {
        guard let pid else { return "none" }
        return pid == ThisProcess.id ? ChildProcess.current.name : "process \(pid)"
    }
}
